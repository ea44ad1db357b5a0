//! Mandarin. Where 零 goes, 十 or 一十, 二 or 两 is all in the rules below.

use super::fields::{HUNDREDTHS, N, NEGATIVE, SECOND, THIRD};
use super::speak::{Rule, Step, Table, index};
use Step::{Digits, Field, IfDigits, Quotient as Q, Remainder as R, Unless, When};

const PIECES: &[&str] = &[
    "零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "千", "万", "亿", "两",
    "幺", "负", "点", "第", "元", "角", "分", "年", "月", "日", "整", "小时", "分钟", "秒", "星号",
    "井号", "A", "B", "C", "D",
];

const fn p(text: &str) -> Step {
    Step::Piece(index(PIECES, text))
}

const WAN: u64 = 10_000;
const YI: u64 = 100_000_000;

const fn rule(base: u64, divisor: u64, steps: &'static [Step]) -> Rule {
    Rule { base, divisor, steps }
}

/// A number on its own, or before 万 and 亿 at the start of one: 十二.
const HEAD: u8 = 0;
/// Inside a number: 一十二.
const INNER: u8 = 1;
/// After 百, 千, 万, 亿: with 零 when a place is skipped.
const AFTER_100: u8 = 2;
const AFTER_1000: u8 = 3;
const AFTER_WAN: u8 = 4;
const AFTER_YI: u8 = 5;
/// Like `HEAD` before a measure word: 两.
const COUNT: u8 = 6;
/// Digit by digit.
const DIGIT: u8 = 7;
/// Digit by digit, with 幺.
const PHONE: u8 = 8;
/// The hundredths of an amount behind 元.
const MINOR: u8 = 9;
/// The hundredths of an amount below one 元.
const ONLY_MINOR: u8 = 10;
/// Minutes of an hour.
const MINUTE: u8 = 11;

/// The ten digits with a word of its own for one and two, then other rules.
macro_rules! rules {
    ($one:literal, $two:literal $(, $rule:expr)*) => {
        &[
            rule(0, 1, &[p("零")]),
            rule(1, 1, &[p($one)]),
            rule(2, 1, &[p($two)]),
            rule(3, 1, &[p("三")]),
            rule(4, 1, &[p("四")]),
            rule(5, 1, &[p("五")]),
            rule(6, 1, &[p("六")]),
            rule(7, 1, &[p("七")]),
            rule(8, 1, &[p("八")]),
            rule(9, 1, &[p("九")]),
            $($rule,)*
        ]
    };
}

/// A remainder with less than its full places is joined by 零.
const fn after(full: u64) -> [Rule; 2] {
    const JOINED: &[Step] = &[p("零"), Q(INNER)];
    const PLAIN: &[Step] = &[Q(INNER)];
    [rule(1, 1, JOINED), rule(full, 1, PLAIN)]
}

const SETS: [&[Rule]; 12] = [
    // HEAD
    rules![
        "一",
        "二",
        rule(10, 10, &[p("十"), R(INNER)]),
        rule(20, 10, &[Q(INNER), p("十"), R(INNER)]),
        rule(100, 100, &[Q(INNER), p("百"), R(AFTER_100)]),
        rule(1000, 1000, &[Q(INNER), p("千"), R(AFTER_1000)]),
        rule(WAN, WAN, &[Q(HEAD), p("万"), R(AFTER_WAN)]),
        rule(YI, YI, &[Q(HEAD), p("亿"), R(AFTER_YI)])
    ],
    // INNER
    rules![
        "一",
        "二",
        rule(10, 10, &[Q(INNER), p("十"), R(INNER)]),
        rule(100, 100, &[Q(INNER), p("百"), R(AFTER_100)]),
        rule(1000, 1000, &[Q(INNER), p("千"), R(AFTER_1000)]),
        rule(WAN, WAN, &[Q(INNER), p("万"), R(AFTER_WAN)]),
        rule(YI, YI, &[Q(INNER), p("亿"), R(AFTER_YI)])
    ],
    &after(10),
    &after(100),
    &after(1000),
    &after(10_000_000),
    // COUNT: 二百, but 两千, 两万, 两亿 and 两 alone.
    rules![
        "一",
        "两",
        rule(10, 10, &[p("十"), R(INNER)]),
        rule(20, 10, &[Q(INNER), p("十"), R(INNER)]),
        rule(100, 100, &[Q(INNER), p("百"), R(AFTER_100)]),
        rule(1000, 1000, &[Q(COUNT), p("千"), R(AFTER_1000)]),
        rule(WAN, WAN, &[Q(COUNT), p("万"), R(AFTER_WAN)]),
        rule(YI, YI, &[Q(COUNT), p("亿"), R(AFTER_YI)])
    ],
    // DIGIT
    rules![
        "一",
        "二",
        rule(10, 1, &[p("星号")]),
        rule(11, 1, &[p("井号")]),
        rule(12, 1, &[p("A")]),
        rule(13, 1, &[p("B")]),
        rule(14, 1, &[p("C")]),
        rule(15, 1, &[p("D")])
    ],
    // PHONE
    rules!["幺", "二", rule(10, 1, &[Q(DIGIT)])],
    // MINOR
    &[
        rule(0, 1, &[]),
        rule(1, 1, &[p("零"), Q(COUNT), p("分")]),
        rule(10, 10, &[Q(COUNT), p("角"), R(ONLY_MINOR)]),
    ],
    // ONLY_MINOR
    &[rule(1, 1, &[Q(COUNT), p("分")]), rule(10, 10, &[Q(COUNT), p("角"), R(ONLY_MINOR)])],
    // MINUTE
    &[
        rule(0, 1, &[p("整")]),
        rule(1, 1, &[p("零"), Q(HEAD), p("分")]),
        rule(10, 1, &[Q(HEAD), p("分")]),
    ],
];

const MINUS: Step = When(NEGATIVE, 1, &[p("负")]);

pub(super) static TABLE: Table = Table {
    language: "zh",
    between: "",
    pieces: PIECES,
    sets: &SETS,
    kinds: [
        &[MINUS, Field(N, HEAD)],
        &[MINUS, Field(N, COUNT)],
        &[p("第"), Field(N, HEAD)],
        &[Digits(DIGIT)],
        &[Digits(PHONE)],
        &[MINUS, Field(N, HEAD), IfDigits(&[p("点"), Digits(DIGIT)])],
        // 零元, 五元, 五角, 一千零一元五角, 五元零五分.
        &[
            MINUS,
            Unless(N, 0, &[Field(N, COUNT), p("元"), Field(HUNDREDTHS, MINOR)]),
            When(
                N,
                0,
                &[
                    When(HUNDREDTHS, 0, &[p("零"), p("元")]),
                    Unless(HUNDREDTHS, 0, &[Field(HUNDREDTHS, ONLY_MINOR)]),
                ],
            ),
        ],
        // 二零二六年十一月二十二日
        &[Digits(DIGIT), p("年"), Field(SECOND, HEAD), p("月"), Field(THIRD, HEAD), p("日")],
        // 九点整, 九点零五分, 十四点三十分
        &[Field(N, COUNT), p("点"), Field(SECOND, MINUTE)],
        &[
            Unless(N, 0, &[Field(N, COUNT), p("小时")]),
            Unless(SECOND, 0, &[Field(SECOND, COUNT), p("分钟")]),
            Unless(THIRD, 0, &[Field(THIRD, COUNT), p("秒")]),
            When(N, 0, &[When(SECOND, 0, &[When(THIRD, 0, &[p("零"), p("秒")])])]),
        ],
        &[Field(N, COUNT), p("分钟")],
    ],
};
