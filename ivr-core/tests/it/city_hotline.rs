//! The shipped city hotline: what its scenario file cannot say, exact times and what the host does late
//! or twice.

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
