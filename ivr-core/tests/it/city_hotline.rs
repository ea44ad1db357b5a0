//! The shipped city hotline, every branch of it.

use ivr_core::rehearse::Rehearsal;
use ivr_core::{Flow, Input, OpResult, Program, QueueOutcome, Time, Value, compile};

use crate::driver::{MONDAY_TEN, start};

const SOURCE: &str = include_str!("../../../examples/flows/city-hotline.yaml");

fn program() -> Program {
    match compile(SOURCE, "city-hotline.yaml") {
        Ok(program) => {
            assert!(program.warnings().is_empty(), "{}", program.warnings());
            program
        }
        Err(errors) => panic!("{errors}"),
    }
}

fn run(test: impl FnOnce(&Flow<'_>)) {
    let program = program();
    test(&Flow::load(&program).unwrap());
}

/// A caller nobody minds, at the menu.
fn at_menu<'f>(flow: &'f Flow<'f>, now: Time) -> Rehearsal<'f> {
    let mut call = start(flow, now);
    call.expect("query caller number=13800138000");
    call.found(&[("blacklisted", Value::Bool(false)), ("vip", Value::Bool(false))]);
    call.expect("zh: 您好，欢迎致电市民服务热线。");
    call.listen();
    call.expect("zh: 人工服务请按一");
    call
}

/// The same caller in the queue.
fn in_queue<'f>(flow: &'f Flow<'f>) -> Rehearsal<'f> {
    let mut call = at_menu(flow, MONDAY_TEN);
    call.press("1");
    call.listen();
    call.expect("queue general 0 caller=13800138000 language=zh vip=false");
    call
}

#[test]
fn a_blacklisted_caller_is_refused_and_cannot_press_it_away() {
    run(|flow| {
        let mut call = start(flow, MONDAY_TEN);
        call.found(&[("blacklisted", Value::Bool(true))]);
        call.expect("zh: 您的号码暂时无法使用本热线。");
        call.press("1");
        assert!(call.playing().is_some());
        call.listen();
        call.expect("end Finished");
    });
}

#[test]
fn a_caller_the_host_cannot_look_up_is_welcome() {
    run(|flow| {
        let mut call = start(flow, MONDAY_TEN);
        call.answer(OpResult::QueryFailed);
        call.expect("check_caller -> failed");
        call.expect("欢迎");

        let mut call = start(flow, MONDAY_TEN);
        call.wait(1_999);
        assert_eq!(call.take(), ["query caller number=13800138000"]);
        call.wait(1);
        call.expect("stop host");
        call.expect("check_caller -> timeout");
        call.expect("欢迎");
    });
}

#[test]
fn agent_position_answer_and_rating() {
    run(|flow| {
        let mut call = in_queue(flow);
        let op = call.host().unwrap();
        call.input(Input::QueueUpdate { op, position: 3, estimate_ms: 200_000 });
        call.wait(5_000);
        call.expect("您前面还有两位来电者，预计等待四分钟");
        call.listen();
        call.input(Input::QueueUpdate { op, position: 1, estimate_ms: 60_000 });
        call.wait(30_000);
        call.expect("您是下一位，预计等待一分钟");
        call.input(Input::Answered { op });
        call.expect("stop play");
        call.wait(400_000);
        assert_eq!(call.take(), [""; 0]);
        call.answer(OpResult::QueueEnded { outcome: QueueOutcome::Answered });
        call.expect("queue -> answered");
        call.expect("zh: 请为本次服务评分");
        call.press("4");
        call.expect("stop play");
        call.expect("query rate stars=4 caller=13800138000");
        call.found(&[]);
        call.expect("zh: 感谢您的来电，再见。");
        call.listen();
        call.expect("end Finished");
    });
}

#[test]
fn an_important_caller_comes_first() {
    run(|flow| {
        let mut call = start(flow, MONDAY_TEN);
        call.found(&[("vip", Value::Bool(true))]);
        call.listen();
        call.press("1");
        call.listen();
        call.expect("queue general 10");
    });
}

#[test]
fn star_leaves_the_queue_for_voicemail_even_during_an_announcement() {
    run(|flow| {
        let mut call = in_queue(flow);
        call.wait(5_000);
        call.expect("所有座席正忙");
        call.press("5");
        assert_eq!(call.take(), [""; 0]);
        call.press("*");
        call.expect("stop play");
        call.expect("stop host");
        call.expect("queue -> *");
        let late = call.host().unwrap();
        call.listen();
        call.input(Input::Answered { op: late });
        call.expect("record 120000");
        call.press("#");
        call.expect("stop host");
        call.answer(OpResult::Recorded { ms: 8_000 });
        call.expect("您的留言已记录");
        call.listen();
        call.expect("end Finished");
    });
}

#[test]
fn nobody_there_means_voicemail_and_silence_is_no_message() {
    run(|flow| {
        for outcome in [QueueOutcome::Full, QueueOutcome::Empty, QueueOutcome::Failed] {
            let mut call = in_queue(flow);
            call.answer(OpResult::QueueEnded { outcome });
            call.expect("目前没有座席可以接听");
            call.listen();
            call.expect("record");
            call.answer(OpResult::Recorded { ms: 400 });
            call.expect("没有收到您的留言");
        }
        let mut call = in_queue(flow);
        for _ in 0..40 {
            call.wait(15_000);
            call.listen();
        }
        call.expect("queue -> timeout");
        call.expect("目前没有座席可以接听");
        call.listen();
        call.answer(OpResult::Failed);
        call.expect("没有收到您的留言");
    });
}

#[test]
fn out_of_hours_and_on_holidays_there_is_voicemail() {
    run(|flow| {
        let hour = 3_600_000;
        let day = 24 * hour;
        let closed = [
            // Lunch, evening, Saturday, National Day (a Thursday).
            MONDAY_TEN.0 + 2 * hour,
            MONDAY_TEN.0 + 8 * hour,
            MONDAY_TEN.0 + 5 * day,
            MONDAY_TEN.0 - 53 * day,
        ];
        for now in closed {
            let mut call = at_menu(flow, Time(now));
            call.press("1");
            call.expect("现在是非工作时间");
            call.listen();
            call.expect("record");
        }
        // The Saturday that makes up for it.
        let mut call = at_menu(flow, Time(MONDAY_TEN.0 - 44 * day));
        call.press("1");
        call.expect("agent_hours -> open");
    });
}

#[test]
fn the_progress_of_a_case_is_read_back() {
    run(|flow| {
        let mut call = at_menu(flow, MONDAY_TEN);
        call.press("2");
        call.expect("zh: 请输入六位受理编号。");
        call.press("123456");
        call.expect("query case number=123456");
        call.wait(1_000);
        call.expect("正在查询，请稍候。");
        call.found(&[("status", Value::Int(1)), ("days", Value::Int(12))]);
        call.expect("stop play");
        call.expect("zh: 您的编号幺二三四五六正在办理，已经十二天。");
        call.listen();
        call.expect("zh: 人工服务请按一");
        call.press("2");
        call.press("654321#");
        call.found(&[("status", Value::Text("2")), ("days", Value::Text("2"))]);
        call.expect("zh: 您的编号六五四三二幺已经办结，用时两天。");
        call.listen();
        call.press("2000000");
        call.found(&[]);
        call.expect("没有找到编号零零零零零零的记录");
        call.listen();
        call.expect("请输入六位受理编号");
        call.press("111111");
        call.answer(OpResult::QueryFailed);
        call.expect("查询服务暂时不可用");
        call.listen();
        call.press("2111111");
        call.wait(5_000);
        call.expect("find_case -> timeout");
    });
}

#[test]
fn a_wrong_case_number_is_asked_again_and_star_goes_back() {
    run(|flow| {
        let mut call = at_menu(flow, MONDAY_TEN);
        call.press("2");
        call.press("123");
        call.wait(4_000);
        call.expect("zh: 编号有误，请重新输入。");
        call.listen();
        call.expect("zh: 请输入六位受理编号。");
        call.press("12*");
        call.expect("case_number -> cancel");
        call.expect("zh: 人工服务请按一");
        call.press("2");
        for _ in 0..3 {
            call.press("12#");
            call.listen();
        }
        call.expect("case_number -> nomatch");
        call.expect("agent_hours -> open");
    });
}

#[test]
fn nine_switches_the_language_and_back() {
    run(|flow| {
        let mut call = at_menu(flow, MONDAY_TEN);
        call.press("9");
        call.expect("en: For an agent, press one.");
        call.press("2111111");
        call.found(&[("status", Value::Int(2)), ("days", Value::Int(21))]);
        call.expect("en: Your case one one one one one one was settled, in twenty one days.");
        call.listen();
        call.press("9");
        call.expect("zh: 人工服务请按一");
        call.press("0");
        call.expect("zh: 人工服务请按一");
    });
}

#[test]
fn three_silences_or_three_wrong_keys_lead_to_an_agent() {
    run(|flow| {
        let mut call = at_menu(flow, MONDAY_TEN);
        for _ in 0..2 {
            call.listen();
            call.wait(4_999);
            assert_eq!(call.take(), [""; 0]);
            call.wait(1);
            call.expect("没有收到您的按键");
            call.listen();
            call.expect("人工服务请按一");
        }
        call.wait(5_000);
        call.expect("menu -> noinput");
        call.expect("正在为您转接人工服务");

        let mut call = at_menu(flow, MONDAY_TEN);
        for _ in 0..3 {
            call.press("7");
            call.listen();
        }
        call.expect("menu -> nomatch");
        call.expect("queue general");
    });
}

#[test]
fn a_silent_or_undecided_rating_ends_the_call_politely() {
    run(|flow| {
        let rated = || {
            let mut call = in_queue(flow);
            call.answer(OpResult::QueueEnded { outcome: QueueOutcome::Answered });
            call.expect("请为本次服务评分");
            call
        };
        let mut call = rated();
        for _ in 0..2 {
            call.listen();
            call.wait(5_000);
        }
        call.expect("survey -> noinput");
        call.expect("感谢您的来电");

        let mut call = rated();
        call.press("6");
        call.expect("请按一至五");
        call.press("77");
        call.expect("survey -> nomatch");

        let mut call = rated();
        call.press("5");
        call.answer(OpResult::QueryFailed);
        call.expect("rate -> failed");
        call.expect("感谢您的来电");
        let mut call = rated();
        call.press("5");
        call.wait(2_000);
        call.expect("rate -> timeout");
    });
}

#[test]
fn whenever_the_caller_hangs_up_there_is_one_end() {
    run(|flow| {
        let mut call = start(flow, MONDAY_TEN);
        call.input(Input::Hangup);
        call.expect("stop host");
        call.expect("end CallerHungUp");
        let mut call = at_menu(flow, MONDAY_TEN);
        call.press("0");
        call.input(Input::Hangup);
        call.expect("stop play");
        call.expect("end CallerHungUp");
        let mut call = in_queue(flow);
        call.wait(5_000);
        call.input(Input::Hangup);
        call.expect("stop play");
        call.expect("stop host");
        call.expect("end CallerHungUp");
        call.input(Input::Hangup);
        call.wait(100_000);
        assert_eq!(call.take(), [""; 0]);
        assert!(call.session().is_over());
    });
}

#[test]
fn every_text_can_be_made_beforehand() {
    run(|flow| {
        let mut texts = [0, 0];
        for text in flow.prompts() {
            assert!(text.text.is_some());
            texts[usize::from(text.language == "en")] += 1;
        }
        assert!(texts[0] > 20 && texts[1] > 20, "{texts:?}");
    });
}
