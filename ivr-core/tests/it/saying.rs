//! What is spoken is read back by parsers that share nothing with the tables.

use ivr_core::say::{self, GREATEST, Kind, Say, SayError};
use ivr_core::{Decimal, Time, Value};
use proptest::prelude::*;

fn say(language: &str, kind: Kind, value: Value<'_>) -> String {
    Say::new(language, kind, value).unwrap().to_string()
}

fn zh(n: i64) -> String {
    say("zh", Kind::Cardinal, Value::Int(n))
}

/// A Mandarin numeral as a number, and the only numeral we accept for it: 零 exactly where a place
/// is skipped, no 一 before a leading 十.
fn read_zh(text: &str) -> Option<i64> {
    if let Some(rest) = text.strip_prefix('负') {
        return Some(-read_zh(rest)?);
    }
    let digit = |c| "零一二三四五六七八九".chars().position(|d| d == c).map(|i| i as i64);
    let (mut total, mut section, mut number, mut seen) = (0_i64, 0_i64, None, false);
    for c in text.chars() {
        match c {
            '十' | '百' | '千' => {
                let unit = match c {
                    '十' => 10,
                    '百' => 100,
                    _ => 1000,
                };
                let n = match number.take() {
                    Some(n) if n > 0 => n,
                    None if c == '十' && !seen => 1,
                    _ => return None,
                };
                section += n * unit;
            }
            '万' => {
                section += number.take().unwrap_or(0);
                total += section * 10_000;
                section = 0;
            }
            '亿' => {
                section += number.take().unwrap_or(0);
                total = (total + section) * 100_000_000;
                section = 0;
            }
            '零' => {
                if text == "零" {
                    return Some(0);
                }
                if !seen || number.is_some() {
                    return None;
                }
            }
            _ => {
                if number.replace(digit(c)?).is_some() {
                    return None;
                }
            }
        }
        seen = true;
    }
    Some(total + section + number.unwrap_or(0))
}

/// Where 零 must stand, told from the decimal digits alone: between two non-zero places of a number
/// (seen in groups of four) that have a zero between them, unless a group's trailing zeros only.
fn zeros_wanted(n: i64) -> usize {
    let digits: Vec<u8> = n.to_string().bytes().map(|b| b - b'0').collect();
    let len = digits.len();
    let mut wanted = 0;
    // Walk from the most significant place; a run of zeros that is followed by a digit is spoken,
    // unless it ends exactly where a group ends and so is that group's silent tail.
    let mut at = 0;
    while at < len {
        if digits[at] != 0 {
            at += 1;
            continue;
        }
        let start = at;
        while at < len && digits[at] == 0 {
            at += 1;
        }
        let next_starts_group = (len - at) % 4 == 0;
        let covers_group = (start..at).any(|i| (len - i) % 4 == 0 && i + 4 <= at);
        let heads_group = (start..at).any(|i| (len - i) % 4 == 0);
        if at < len && start > 0 {
            let silent = next_starts_group && !covers_group && !heads_group;
            wanted += usize::from(!silent);
        }
    }
    wanted
}

fn read_en(text: &str) -> Option<i64> {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] =
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    const SCALES: [&str; 5] = ["thousand", "million", "billion", "trillion", "quadrillion"];
    let (mut total, mut group, mut last_scale) = (0, 0, usize::MAX);
    let mut sign = 1;
    for (i, word) in text.split(' ').enumerate() {
        if word == "minus" && i == 0 {
            sign = -1;
        } else if let Some(n) = ONES.iter().position(|w| *w == word) {
            if group % 100 != 0 && (n >= 10 || group % 10 != 0) {
                return None;
            }
            group += n as i64;
        } else if let Some(n) = TENS.iter().position(|w| *w == word) {
            if group % 100 != 0 {
                return None;
            }
            group += 20 + 10 * n as i64;
        } else if word == "hundred" {
            if !(1..=9).contains(&group) {
                return None;
            }
            group *= 100;
        } else {
            let scale = SCALES.iter().position(|w| *w == word)?;
            if scale >= last_scale || !(1..=999).contains(&group) {
                return None;
            }
            last_scale = scale;
            total += group * 1000_i64.pow(scale as u32 + 1);
            group = 0;
        }
    }
    Some(sign * (total + group))
}

#[test]
fn every_integer_to_a_million_reads_back() {
    for n in 0..=1_000_000 {
        let spoken = zh(n);
        assert_eq!(read_zh(&spoken), Some(n), "{spoken}");
        assert_eq!(
            spoken.matches('零').count(),
            zeros_wanted(n).max(usize::from(n == 0)),
            "{n} {spoken}"
        );
        let spoken = say("en", Kind::Cardinal, Value::Int(n));
        assert_eq!(read_en(&spoken), Some(n), "{spoken}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn invariant_20_any_number_reads_back(n in -GREATEST..=GREATEST, cut in 0_u32..17) {
        // Numbers with many zeros are where mistakes hide.
        let n = n / 10_i64.pow(cut) * 10_i64.pow(cut);
        let spoken = zh(n);
        prop_assert_eq!(read_zh(&spoken), Some(n), "{}", spoken);
        let spoken = say("en", Kind::Cardinal, Value::Int(n));
        prop_assert_eq!(read_en(&spoken), Some(n), "{}", spoken);
    }

    #[test]
    fn sparse_numbers_have_their_zeros(digits in proptest::collection::vec(0_u8..4, 1..16)) {
        let n = digits.iter().fold(0_i64, |n, d| n * 10 + i64::from(if *d > 1 { 0 } else { *d }));
        prop_assert_eq!(read_zh(&zh(n)), Some(n));
        if n > 0 && n < 100_000_000 {
            prop_assert_eq!(zh(n).matches('零').count(), zeros_wanted(n), "{} {}", n, zh(n));
        }
    }
}

#[test]
fn the_traps_of_mandarin() {
    for (n, text) in [
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (110, "一百一十"),
        (112, "一百一十二"),
        (10_100, "一万零一百"),
        (11_000, "一万一千"),
        (100_010, "十万零一十"),
        (1_001_000, "一百万一千"),
        (404_864_414, "四亿零四百八十六万四千四百一十四"),
        (1_000_000_000, "十亿"),
        (1_000_000_000_000, "一万亿"),
        (100_000_001, "一亿零一"),
        (100_100_000, "一亿零一十万"),
        (GREATEST, "一亿亿"),
        (-7, "负七"),
    ] {
        assert_eq!(zh(n), text);
    }
    for (n, text) in [
        (2, "两"),
        (12, "十二"),
        (22, "二十二"),
        (200, "二百"),
        (2_000, "两千"),
        (2_200, "两千二百"),
        (20_000, "两万"),
        (120_000, "十二万"),
        (200_000_000, "两亿"),
    ] {
        assert_eq!(say("zh", Kind::Count, Value::Int(n)), text);
    }
}

#[test]
fn ordinals_digits_and_telephones() {
    assert_eq!(say("zh", Kind::Ordinal, Value::Int(3)), "第三");
    for (n, text) in [
        (1, "first"),
        (12, "twelfth"),
        (20, "twentieth"),
        (21, "twenty first"),
        (30, "thirtieth"),
        (100, "one hundredth"),
        (101, "one hundred first"),
        (1_000, "one thousandth"),
        (1_012, "one thousand twelfth"),
        (2_000_000, "two millionth"),
    ] {
        assert_eq!(say("en", Kind::Ordinal, Value::Int(n)), text);
    }
    assert_eq!(say("zh", Kind::Digits, Value::Text("10*#")), "一零星号井号");
    assert_eq!(say("zh", Kind::Phone, Value::Text("110")), "幺幺零");
    assert_eq!(say("zh", Kind::Phone, Value::Text("010-6201")), "零幺零六二零幺");
    assert_eq!(say("en", Kind::Digits, Value::Int(105)), "one zero five");
}

#[test]
fn money_and_decimals() {
    let money =
        |language, text| say(language, Kind::Money, Value::Decimal(Decimal::parse(text).unwrap()));
    for (amount, zh, en) in [
        ("0", "零元", "zero dollars"),
        ("1001.5", "一千零一元五角", "one thousand one dollars and fifty cents"),
        ("5.05", "五元零五分", "five dollars and five cents"),
        ("0.01", "一分", "one cent"),
        ("0.2", "两角", "twenty cents"),
        ("0.25", "两角五分", "twenty five cents"),
        ("2", "两元", "two dollars"),
        ("1", "一元", "one dollar"),
        ("-3.1", "负三元一角", "minus three dollars and ten cents"),
    ] {
        assert_eq!(money("zh", amount), zh);
        assert_eq!(money("en", amount), en);
    }
    assert_eq!(say("zh", Kind::Money, Value::Int(250)), "两元五角");
    let decimal = |language, text| {
        say(language, Kind::Decimal, Value::Decimal(Decimal::parse(text).unwrap()))
    };
    assert_eq!(decimal("zh", "3.14"), "三点一四");
    assert_eq!(decimal("zh", "-0.05"), "负零点零五");
    assert_eq!(decimal("en", "3.0405"), "three point zero four zero five");
    assert_eq!(decimal("en", "7"), "seven");
}

#[test]
fn dates_times_and_durations() {
    let at = |language, kind, ms| say(language, kind, Value::Time(Time(ms)));
    // 2026-11-22 14:05 and 09:00 UTC.
    let day = 20_779 * 86_400_000_i64;
    let (afternoon, morning) = (day + (14 * 60 + 5) * 60_000, day + 9 * 3_600_000);
    assert_eq!(at("zh", Kind::Date, afternoon), "二零二六年十一月二十二日");
    assert_eq!(at("en", Kind::Date, afternoon), "November twenty second twenty twenty six");
    assert_eq!(at("zh", Kind::Time, afternoon), "十四点零五分");
    assert_eq!(at("en", Kind::Time, afternoon), "two oh five p.m.");
    assert_eq!(at("zh", Kind::Time, morning), "九点整");
    assert_eq!(at("en", Kind::Time, morning), "nine o'clock a.m.");
    assert_eq!(at("en", Kind::Time, day), "twelve o'clock a.m.");
    let years = [(1905, "nineteen oh five"), (2000, "two thousand"), (2008, "two thousand eight")];
    for (year, text) in years {
        let ms = (year - 1970) * 31_556_952_000_i64 + 15_000_000_000;
        assert!(at("en", Kind::Date, ms).ends_with(text), "{}", at("en", Kind::Date, ms));
    }
    let lasts = |language, ms| say(language, Kind::Duration, Value::Int(ms));
    assert_eq!(lasts("zh", 7_382_000), "两小时三分钟两秒");
    assert_eq!(lasts("en", 3_661_000), "one hour one minute one second");
    assert_eq!(lasts("en", 0), "zero seconds");
    assert_eq!(lasts("zh", 0), "零秒");
    assert_eq!(say("zh", Kind::Minutes, Value::Int(2)), "两分钟");
    assert_eq!(say("en", Kind::Minutes, Value::Int(1)), "one minute");
}

#[test]
fn pieces_are_a_finite_list_and_everything_spoken_is_on_it() {
    for language in say::languages() {
        let all: Vec<_> = say::pieces(language).collect();
        assert!(all.len() < 120);
        for (i, piece) in all.iter().enumerate() {
            assert_eq!(usize::from(piece.id), i);
            assert_eq!(all.iter().filter(|p| p.text == piece.text).count(), 1, "{}", piece.text);
        }
        let mut used = vec![false; all.len()];
        let mut speak = |kind, value| {
            for piece in Say::new(language, kind, value).unwrap().pieces() {
                assert_eq!(all[usize::from(piece.id)], piece);
                used[usize::from(piece.id)] = true;
            }
        };
        let mut n = GREATEST;
        while n > 0 {
            for kind in [Kind::Cardinal, Kind::Count, Kind::Ordinal, Kind::Money] {
                for d in 0..100 {
                    let kinds_value = n - d * (n / 128).max(1);
                    speak(kind, Value::Int(kinds_value.max(0)));
                }
            }
            n /= 10;
        }
        for m in 0..24 * 60 {
            speak(Kind::Time, Value::Time(Time(m * 60_000 + m * 86_400_000)));
            speak(Kind::Date, Value::Time(Time(m * 60_000 + m * 86_400_000)));
            speak(Kind::Duration, Value::Int(m * 61_000));
        }
        for d in 0..400 {
            speak(Kind::Ordinal, Value::Int(d));
            speak(Kind::Money, Value::Int(d));
        }
        speak(Kind::Digits, Value::Text("0123456789*#ABCD"));
        speak(Kind::Phone, Value::Text("1"));
        speak(Kind::Cardinal, Value::Int(-1));
        speak(Kind::Decimal, Value::Decimal(Decimal::parse("0.5").unwrap()));
        let idle: Vec<_> = all.iter().filter(|p| !used[usize::from(p.id)]).collect();
        assert!(idle.is_empty(), "{language}: never spoken: {idle:?}");
    }
}

#[test]
fn what_cannot_be_spoken_says_why() {
    let new = |language, kind, value| Say::new(language, kind, value).err();
    assert_eq!(new("xx", Kind::Cardinal, Value::Int(1)), Some(SayError::Language));
    assert!(new("zh-CN", Kind::Cardinal, Value::Int(1)).is_none());
    let beyond = Value::Int(GREATEST + 1);
    assert_eq!(new("zh", Kind::Cardinal, beyond), Some(SayError::Range(Kind::Cardinal)));
    assert_eq!(new("en", Kind::Ordinal, Value::Int(-1)), Some(SayError::Range(Kind::Ordinal)));
    assert_eq!(new("en", Kind::Date, Value::Int(1)), Some(SayError::Type(Kind::Date)));
    assert_eq!(new("en", Kind::Digits, Value::Text("x")), Some(SayError::Type(Kind::Digits)));
    let long = "1".repeat(33);
    assert_eq!(new("en", Kind::Digits, Value::Text(&long)), Some(SayError::Range(Kind::Digits)));
    assert_eq!(new("en", Kind::Money, Value::Int(i64::MIN)), Some(SayError::Range(Kind::Money)));
}
