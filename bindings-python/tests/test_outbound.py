"""Working hours, who gets in, and calling out."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trunkline.acd import AcdError
from trunkline.admission import Denial, Door, Limit
from trunkline.calendar import Calendar, Closed, Weekday, offsets
from trunkline.outbound import (
    Blend,
    Campaign,
    CampaignError,
    Dial,
    DialCounters,
    Done,
    Exhausted,
    Guard,
    Guarded,
    GuardDecision,
    Mode,
    Outcome,
    Pacer,
    Preview,
    PreviewOver,
    RetryRules,
)

ALWAYS = Calendar({"mon-sun": ["0:00-24:00"]})
HOUR = 3_600_000


def test_a_list_goes_on_with_the_tries_it_had() -> None:
    campaign = Campaign([ALWAYS])
    contact = campaign.add(5550100, tag=7, tries=2)
    assert campaign.tries(contact) == 2
    campaign.staff(HOUR, idle=1, at_work=1)
    [dial] = campaign
    assert isinstance(dial, Dial) and (dial.contact, dial.tag, dial.attempt) == (contact, 7, 3)
    campaign.failed(HOUR + 20_000, contact, "busy")
    assert [type(output) for output in campaign] == [Done, Exhausted]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"])
@given(seconds=st.integers(1_600_000_000, 2_200_000_000))
def test_local_time_is_that_of_the_time_zone_database(zone: str, seconds: int) -> None:
    calendar = Calendar({"mon-fri": ["9:00-17:30"]}, zone=zone)
    local = dt.datetime.fromtimestamp(seconds, ZoneInfo(zone))
    inside = local.weekday() < 5 and dt.time(9) <= local.time() < dt.time(17, 30)
    assert calendar.is_open(seconds * 1000) == inside
    assert calendar.is_open(local) == inside
    change = calendar.next_change(local)
    assert change is not None and calendar.state(change) != calendar.state(local)
    assert calendar.state(change - 1) == calendar.state(local)
    opens = calendar.next_open(local)
    assert opens is not None and calendar.is_open(opens)
    assert inside or not calendar.is_open(opens - 1)


def test_days_that_differ() -> None:
    days: dict[dt.date, int | Weekday | list[str]] = {
        dt.date(2026, 10, 1): 7,
        dt.date(2026, 10, 10): Weekday.FRIDAY,
        dt.date(2026, 12, 24): ["9:00-12:00"],
    }
    calendar = Calendar({"mon-thu": ["9-12", "13:30-18"], "friday": ["9-12"]}, days=days)

    def at(*when: int) -> dt.datetime:
        return dt.datetime(*when, tzinfo=dt.UTC)  # type: ignore[misc, arg-type]

    holiday = calendar.state(at(2026, 10, 1, 10))
    assert (holiday.is_open, holiday.why, holiday.reason) == (False, Closed.HOLIDAY, 7)
    assert calendar.is_open(at(2026, 10, 10, 11)) and not calendar.is_open(at(2026, 10, 10, 14))
    assert calendar.state(at(2026, 12, 24, 15)).why == Closed.OUT_OF_HOURS
    assert calendar.state(at(2026, 9, 30, 13)).why == Closed.BREAK
    assert calendar.state(at(2026, 10, 4, 13)).why == Closed.DAY_OFF
    assert Calendar({}).next_open(0) is None
    assert repr(calendar) == "Calendar(zone='UTC')"


def test_what_is_no_calendar() -> None:
    with pytest.raises(ValueError, match="'25:99' is no time"):
        Calendar({"mon": ["9:00-25:99"]})
    with pytest.raises(ValueError, match="'someday' are no days"):
        Calendar({"someday": ["9-12"]})
    with pytest.raises(AcdError, match="not in order") as wrong:
        Calendar({"tue": ["9-12", "11-13"]})
    assert (wrong.value.code, wrong.value.subject) == ("calendar", 1)
    with pytest.raises(ValueError, match="not one of 'monday'"):
        Calendar({}, days={dt.date(2026, 1, 1): "someday"})
    with pytest.raises(ValueError, match="has no time zone"):
        ALWAYS.is_open(dt.datetime(2026, 1, 1))
    assert [ahead for _, ahead in offsets("Asia/Shanghai", range(2000, 2030))] == [28_800]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400)), max_size=100), st.integers(1, 3))
def test_a_limit_counts_windows(calls: list[tuple[int, int]], most: int) -> None:
    limit = Limit(most, 1000, keys=64)
    windows: dict[int, tuple[int, int]] = {}
    now = 0
    for key, after in calls:
        now += after
        since, count = windows.get(key, (now, 0))
        if now - since >= 1000:
            since, count = now, 0
        assert limit.allows(key, now) == (count < most)
        windows[key] = (since, count + (count < most))


def test_the_door_says_why() -> None:
    door = Door(
        barred={1: 9, 2: 8}, favoured={2: 3, 3: 4}, per_caller=(1, 1000), per_number=(3, 1000),
        calls_max=10,
    )  # fmt: skip
    assert (door.judge(1, 50, 0).why, door.judge(2, 50, 0).reason) == (Denial.BARRED, 8)
    assert [door.judge(3, 50, 0, live_calls=99).priority for _ in range(5)] == [4] * 5
    assert door.judge(7, 50, 0).admitted
    assert door.judge(7, 50, 1).why == Denial.TOO_OFTEN
    assert door.judge(8, 50, 1, live_calls=10).why == Denial.OVERLOAD
    assert door.judge(8, 50, 2).admitted and door.judge(9, 50, 3).admitted
    assert door.judge(10, 50, 4).why == Denial.TOO_OFTEN, "the number has had its share"
    assert door.judge(11, 51, 5).admitted
    assert all(Door().judge(n, 50, 0, live_calls=10**6).admitted for n in range(100))
    assert repr(door) == "Door(listed=3)" and repr(Limit(2, 60)) == "Limit(2, 60)"


def test_a_campaign_goes_through_its_list() -> None:
    campaign = Campaign([ALWAYS], mode=Mode.PROGRESSIVE, retry_busy=(60_000, 2))
    ann, bob = campaign.add(100, tag=7), campaign.add(101, tag=8, priority=1)
    campaign.staff(0, 1, 1)
    assert [of.contact for of in campaign if isinstance(of, Dial)] == [bob], "the higher priority"
    assert campaign.tries(bob) == 1 and campaign.tries(ann) == 0
    campaign.failed(1000, bob, Outcome.BUSY)
    [dial] = campaign
    assert isinstance(dial, Dial) and (dial.contact, dial.attempt) == (ann, 1)
    campaign.answered(2000, ann, served=True)
    campaign.staff(2000, 0, 1)
    campaign.ended(9000, ann, success=True)
    [done] = campaign
    assert isinstance(done, Done)
    assert (done.tag, done.outcome, done.tries) == (7, Outcome.REACHED, 1)
    campaign.staff(9000, 1, 1)
    assert campaign.deadline == 61_000
    campaign.tick(61_000)
    [again] = campaign
    assert isinstance(again, Dial) and (again.contact, again.attempt) == (bob, 2)
    campaign.failed(62_000, bob, "busy")
    last, over = campaign
    assert isinstance(last, Done) and last.outcome == "busy"
    assert isinstance(over, Exhausted) and repr(over) == "Exhausted()"
    assert campaign.progress == (2, 2)
    counters = campaign.counters
    assert (counters.live, counters.unanswered, counters.dialling) == (1, 2, 0)


def test_nobody_is_called_at_night_or_who_asked_not_to_be() -> None:
    zones = [Calendar({"mon-sun": ["9-20"]}, zone=zone) for zone in ("UTC", "Asia/Shanghai")]
    campaign = Campaign(zones, do_not_call=[102])
    for number, zone in ((100, 0), (101, 1), (102, 0), (103, 0)):
        campaign.add(number, tag=number, zone=zone)
    early = []
    campaign.do_not_call(0, 103)
    early += list(campaign)
    campaign.staff(0, 5, 5)
    early += list(campaign)  # midnight in UTC, 8 o'clock in Shanghai
    assert {of.tag for of in early if isinstance(of, Done)} == {102, 103}
    assert not [of for of in early if isinstance(of, Dial)]
    campaign.tick(HOUR)
    assert [of.tag for of in campaign if isinstance(of, Dial)] == [101]
    campaign.tick(9 * HOUR)
    assert [of.tag for of in campaign if isinstance(of, Dial)] == [100]


def test_previews_guards_and_suspension() -> None:
    campaign = Campaign(
        [ALWAYS], mode="preview", preview_ms=30_000, skip_ms=60_000, guard_rails=(0, 10, 500, 50)
    )
    ann, bob = campaign.add(1, tag=1), campaign.add(2, tag=2)
    campaign.staff(0, 1, 1)
    [shown] = campaign
    assert isinstance(shown, Preview) and shown.contact == ann
    campaign.tick(30_000)
    over, following = campaign
    assert isinstance(over, PreviewOver) and isinstance(following, Preview)
    assert following.contact == bob
    campaign.start(31_000, bob)
    assert [type(of) for of in campaign] == [Dial]
    campaign.complaint(32_000, bob)
    assert Guarded in [type(of) for of in campaign]
    assert campaign.is_suspended and not campaign.is_intensified
    campaign.resume(33_000)
    assert not campaign.is_suspended
    campaign.suspend(34_000)
    assert "is_suspended=True" in repr(campaign)
    assert set(GuardDecision) >= {"suspended_by_complaints"}


def test_refusals_say_what_and_about_what() -> None:
    campaign = Campaign([ALWAYS], contacts=1)
    ann = campaign.add(100)
    kinds: list[tuple[Any, str, int | None]] = [
        (lambda: campaign.add(100), "twice", 100),
        (lambda: campaign.add(101), "full", None),
        (lambda: campaign.answered(0, 99, True), "no_contact", 99),
        (lambda: campaign.answered(0, ann, True), "wrong_state", ann),
        (lambda: Campaign([ALWAYS]).add(1, zone=3), "no_zone", 3),
        (lambda: Campaign([ALWAYS], cap_per_mille=2000), "config", None),
        (lambda: Campaign.restore(b"nothing", [ALWAYS]), "snapshot", None),
    ]
    for refused, code, subject in kinds:
        with pytest.raises(CampaignError) as error:
            refused()
        assert (error.value.code, error.value.subject) == (code, subject)
    with pytest.raises(TypeError, match=r"Campaign\(\) got an unexpected keyword argument 'moed'"):
        Campaign([ALWAYS], moed="preview")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="mode is 'wild'"):
        Campaign([ALWAYS], mode="wild")
    with pytest.raises(ValueError, match="outcome is 'gone'"):
        campaign.failed(0, ann, "gone")
    campaign.tick(1000)
    with pytest.raises(CampaignError) as backwards:
        campaign.tick(999)
    assert (backwards.value.code, backwards.value.subject) == ("time_backwards", 1000)


Steps = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 90_000)), max_size=60)


def drive(campaign: Campaign, steps: list[tuple[int, int]], now: int) -> list[str]:
    said, dialling, talking = [], [0], [0]
    for what, ms in steps:
        now += ms
        try:
            match what:
                case 0:
                    campaign.staff(now, ms % 4, 4)
                case 1:
                    campaign.answered(now, dialling[ms % len(dialling)], served=ms % 3 > 0)
                    talking.append(dialling[ms % len(dialling)])
                case 2:
                    campaign.failed(now, dialling[ms % len(dialling)], list(Outcome)[2 + ms % 5])
                case 3:
                    campaign.ended(now, talking[ms % len(talking)], ms % 2 > 0)
                case _:
                    campaign.tick(now)
        except CampaignError as error:
            said.append(error.code)
        for output in campaign:
            said.append(repr(output))
            if isinstance(output, Dial):
                dialling.append(output.contact)
    return said


@settings(max_examples=40)
@given(Steps, Steps)
def test_a_snapshot_goes_on_as_if_nothing_had_happened(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    campaign = Campaign([ALWAYS], mode="predictive")
    for number in range(40):
        campaign.add(number)
    drive(campaign, before, 0)
    again = Campaign.restore(campaign.snapshot(), [ALWAYS])
    assert again.state_hash == campaign.state_hash
    start = sum(ms for _, ms in before)
    assert drive(again, after, start) == drive(campaign, after, start)
    assert again.state_hash == campaign.state_hash


def test_a_pacer_never_breaks_its_cap() -> None:
    pacer = Pacer(Mode.PREDICTIVE, dials_per_100_agents=150, cap_per_mille=30)
    assert pacer.dials(10) == 10, "without a record, not one call more than there are agents"
    for _ in range(100):
        assert pacer.dial(10)
        pacer.answered(True)
    assert pacer.dials(10) == 13, "3 of 113 may fail"
    assert not pacer.dial(0)
    for _ in range(13):
        assert pacer.dial(10)
    assert not pacer.dial(10)
    pacer.start_period()
    pacer.answered(False, before=True)
    pacer.unanswered(before=True)
    last = pacer.last_period
    assert isinstance(last, DialCounters)
    assert (last.dialling, last.live, last.abandoned, last.unanswered) == (11, 101, 1, 1)
    assert (pacer.counters.dialling, pacer.counters.live) == (11, 0)
    assert repr(pacer) == "Pacer(dialling=11, live=0, abandoned=0)"
    assert Pacer().dials(7) == 7
    with pytest.raises(AcdError, match="fewer dials than agents") as wrong:
        Pacer("predictive", dials_per_100_agents=99)
    assert wrong.value.code == "config"
    with pytest.raises(ValueError, match="mode is 'guessing', not one of 'preview'"):
        Pacer("guessing")


def test_a_guard_speaks_once() -> None:
    guard = Guard(success_min_per_mille=50, success_high_per_mille=200)
    assert [guard.contact(False) for _ in range(99)] == [None] * 99, "too few to judge"
    assert guard.contact(False) == GuardDecision.SUSPENDED_BY_FAILURE
    assert guard.contact(False) is None and guard.is_suspended
    guard.resume()
    assert not guard.is_suspended
    decisions = [guard.contact(n % 2 == 0) for n in range(100)]
    assert decisions == [None] * 99 + [GuardDecision.INTENSIFIED] and guard.is_intensified
    complaints = [guard.complaint() for _ in range(11)]
    assert complaints == [None] * 10 + [GuardDecision.SUSPENDED_BY_COMPLAINTS]
    assert repr(guard) == "Guard(is_suspended=True, is_intensified=False)"
    with pytest.raises(AcdError, match="out of order"):
        Guard(success_min_per_mille=200, success_high_per_mille=200)


def test_agents_are_spared_and_taken_back() -> None:
    blend = Blend(300, 100, reserve=2)
    assert [blend.spare(idle, 10) for idle in (2, 4, 3, 1, 3)] == [0, 2, 1, 0, 1]
    assert blend.is_dialling and repr(blend) == "Blend(300, 100, 2)"


def test_when_to_try_again() -> None:
    day = Calendar({"mon-sun": ["9:00-20:00"]})
    rules = RetryRules(busy=(60_000, 2))
    evening = 19 * HOUR
    assert rules.next_try(Outcome.NO_ANSWER, 1, evening, day) == (24 + 9) * HOUR
    assert rules.next_try("busy", 1, evening, day) == evening + 60_000
    assert rules.next_try("busy", 2, evening, day) is None
    assert rules.next_try("reached", 1, evening, day) is None
    assert rules.next_try("machine", 1, evening, Calendar({})) is None
    assert "busy=(60000, 2), no_answer=(14400000, 3)" in repr(rules)
    with pytest.raises(ValueError, match="outcome is 'gone', not one of 'reached'"):
        rules.next_try("gone", 1, evening, day)
