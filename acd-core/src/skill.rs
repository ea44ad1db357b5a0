//! What a call asks for and what an agent can do, made once and compared by number.

use crate::error::{Error, Table};
use crate::grid::words;
use crate::plain::{Plain, Sink, Source, plain};
use crate::storage::Storage;

/// A class of calls: the skills they ask for. [`ClassId::ANY`] asks for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u16);

impl ClassId {
    /// Calls that any member of the queue can take.
    pub const ANY: Self = Self(0);
}

/// A profile of agents: the skills they have. [`ProfileId::PLAIN`] has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileId(pub u16);

impl ProfileId {
    /// Agents without special skills.
    pub const PLAIN: Self = Self(0);
}

/// One skill at one level: in a class the least level asked for, in a profile the level had.
///
/// Levels count upwards: 5 is better than 1. A language is a skill like any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skill {
    /// Which skill; the numbers are the embedder's.
    pub skill: u16,
    /// How much of it.
    pub level: u8,
}

impl Skill {
    fn less(self, by: u8) -> Self {
        Self { level: self.level.saturating_sub(by), ..self }
    }
}

/// Where the skills of one class or profile stand. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug, Default)]
pub struct SkillRange {
    start: u32,
    len: u32,
}

/// Classes, profiles, and which profile can take which class.
///
/// Both are interned so that a decision compares two small numbers: bit `profile` of row `class`.
pub(crate) struct Skills<'a> {
    classes: Storage<'a, SkillRange>,
    profiles: Storage<'a, SkillRange>,
    skills: Storage<'a, Skill>,
    /// A row for each class with a bit for each profile, then a row for each profile with a bit
    /// for each class.
    fits: Storage<'a, u64>,
    class_count: usize,
    profile_count: usize,
    used: usize,
}

impl<'a> Skills<'a> {
    pub(crate) fn new(
        classes: Storage<'a, SkillRange>,
        profiles: Storage<'a, SkillRange>,
        skills: Storage<'a, Skill>,
        fits: Storage<'a, u64>,
    ) -> Result<Self, Error> {
        let mut this =
            Self { classes, profiles, skills, fits, class_count: 1, profile_count: 1, used: 0 };
        if this.classes.is_empty() || this.classes.len() > usize::from(u16::MAX) {
            return Err(Error::Full(Table::Classes));
        }
        if this.profiles.is_empty() || this.profiles.len() > usize::from(u16::MAX) {
            return Err(Error::Full(Table::Profiles));
        }
        if this.fits.len() < fit_words(this.classes.len(), this.profiles.len()) {
            return Err(Error::Full(Table::Skills));
        }
        this.fits.fill(0);
        this.classes[0] = SkillRange::default();
        this.profiles[0] = SkillRange::default();
        this.refit(0, 0);
        Ok(this)
    }

    /// Requirements and skills there is room for.
    pub(crate) fn capacity(&self) -> u32 {
        self.skills.len() as u32
    }

    pub(crate) fn put(&self, sink: &mut dyn Sink) {
        (self.class_count as u64, self.profile_count as u64, self.used as u64).put(sink);
        let kinds = self.classes[..self.class_count].iter();
        kinds.chain(&self.profiles[..self.profile_count]).for_each(|range| range.put(sink));
        let used = &self.skills[..self.used];
        used.iter().for_each(|skill| skill.put(sink));
        self.fits.iter().for_each(|fits| fits.put(sink));
    }

    pub(crate) fn get(&mut self, source: &mut Source<'_>) {
        let (classes, profiles, used): (u64, u64, u64) = Plain::get(source);
        let mut checked = |n: u64, most: usize| {
            source.failed |= n > most as u64;
            (n as usize).min(most)
        };
        self.class_count = checked(classes, self.classes.len());
        self.profile_count = checked(profiles, self.profiles.len());
        self.used = checked(used, self.skills.len());
        let classes = self.classes[..self.class_count].iter_mut();
        classes
            .chain(&mut self.profiles[..self.profile_count])
            .for_each(|range| *range = Plain::get(source));
        let used = &mut self.skills[..self.used];
        used.iter_mut().for_each(|skill| *skill = Plain::get(source));
        self.fits.iter_mut().for_each(|fits| *fits = Plain::get(source));
    }

    pub(crate) fn has_class(&self, class: ClassId) -> bool {
        usize::from(class.0) < self.class_count
    }

    pub(crate) fn has_profile(&self, profile: ProfileId) -> bool {
        usize::from(profile.0) < self.profile_count
    }

    /// The class of these requirements, the one made before if they are the same.
    pub(crate) fn class(&mut self, needs: &[Skill]) -> Result<ClassId, Error> {
        let known = (0..self.class_count).find(|&c| self.slice(self.classes[c]) == needs);
        let class = match known {
            Some(class) => class,
            None => {
                if self.class_count == self.classes.len() {
                    return Err(Error::Full(Table::Classes));
                }
                let class = self.class_count;
                self.classes[class] = self.keep(needs)?;
                self.class_count += 1;
                (0..self.profile_count).for_each(|profile| self.refit(class, profile));
                class
            }
        };
        Ok(ClassId(class as u16))
    }

    /// The class that asks for so many levels less in each skill than this one, if it was made.
    pub(crate) fn lowered(&self, class: ClassId, by: u8) -> Option<ClassId> {
        if by == 0 {
            return Some(class);
        }
        let needs = self.needs(class);
        let known = (0..self.class_count).find(|&other| {
            let other = self.slice(self.classes[other]);
            other.len() == needs.len() && other.iter().zip(needs).all(|(o, n)| *o == n.less(by))
        });
        known.map(|class| ClassId(class as u16))
    }

    /// That class, made if it was not.
    pub(crate) fn lower(&mut self, class: ClassId, by: u8) -> Result<ClassId, Error> {
        if let Some(known) = self.lowered(class, by) {
            return Ok(known);
        }
        self.check_room(1, self.needs(class).len())?;
        let SkillRange { start, len } = self.classes[usize::from(class.0)];
        let range = SkillRange { start: self.used as u32, len };
        for (from, to) in (start as usize..(start + len) as usize).zip(self.used..) {
            self.skills[to] = self.skills[from].less(by);
        }
        self.used += len as usize;
        let class = self.class_count;
        self.classes[class] = range;
        self.class_count += 1;
        (0..self.profile_count).for_each(|profile| self.refit(class, profile));
        Ok(ClassId(class as u16))
    }

    /// Whether there is room for so many classes more, of so many requirements together.
    pub(crate) fn check_room(&self, classes: usize, needs: usize) -> Result<(), Error> {
        if classes > self.classes.len() - self.class_count {
            return Err(Error::Full(Table::Classes));
        }
        if needs > self.skills.len() - self.used {
            return Err(Error::Full(Table::Skills));
        }
        Ok(())
    }

    /// What a class asks for.
    pub(crate) fn needs(&self, class: ClassId) -> &[Skill] {
        self.slice(self.classes[usize::from(class.0)])
    }

    /// The profile of these skills, the one made before if they are the same.
    pub(crate) fn profile(&mut self, has: &[Skill]) -> Result<ProfileId, Error> {
        let known = (0..self.profile_count).find(|&p| self.slice(self.profiles[p]) == has);
        let profile = match known {
            Some(profile) => profile,
            None => {
                if self.profile_count == self.profiles.len() {
                    return Err(Error::Full(Table::Profiles));
                }
                let profile = self.profile_count;
                self.profiles[profile] = self.keep(has)?;
                self.profile_count += 1;
                (0..self.class_count).for_each(|class| self.refit(class, profile));
                profile
            }
        };
        Ok(ProfileId(profile as u16))
    }

    /// Whether an agent of this profile has all that a call of this class asks for.
    pub(crate) fn fits(&self, class: ClassId, profile: ProfileId) -> bool {
        let profile = usize::from(profile.0);
        self.profiles_for(class)[profile / 64] & (1 << (profile % 64)) != 0
    }

    /// The profiles that can take a class, a bit each.
    pub(crate) fn profiles_for(&self, class: ClassId) -> &[u64] {
        let words = words(self.profiles.len());
        let start = usize::from(class.0) * words;
        &self.fits[start..start + words]
    }

    /// The classes a profile can take, a bit each.
    pub(crate) fn classes_for(&self, profile: ProfileId) -> &[u64] {
        let width = words(self.classes.len());
        let start =
            self.classes.len() * words(self.profiles.len()) + usize::from(profile.0) * width;
        &self.fits[start..start + width]
    }

    /// The sum of the profile's levels in the skills the class asks for.
    pub(crate) fn level(&self, class: ClassId, profile: ProfileId) -> u32 {
        let needs = self.needs(class);
        let has = self.slice(self.profiles[usize::from(profile.0)]);
        needs
            .iter()
            .filter_map(|need| has.iter().find(|have| have.skill == need.skill))
            .map(|have| u32::from(have.level))
            .sum()
    }

    fn refit(&mut self, class: usize, profile: usize) {
        let has = self.slice(self.profiles[profile]);
        let fits = self.slice(self.classes[class]).iter().all(|need| {
            has.iter().any(|have| have.skill == need.skill && have.level >= need.level)
        });
        // Rows are made once, over zeros.
        if fits {
            let (classes, profiles) = (self.classes.len(), self.profiles.len());
            let there = class * words(profiles) + profile / 64;
            self.fits[there] |= 1 << (profile % 64);
            let back = classes * words(profiles) + profile * words(classes) + class / 64;
            self.fits[back] |= 1 << (class % 64);
        }
    }

    fn slice(&self, range: SkillRange) -> &[Skill] {
        &self.skills[range.start as usize..(range.start + range.len) as usize]
    }

    fn keep(&mut self, skills: &[Skill]) -> Result<SkillRange, Error> {
        let end = self.used + skills.len();
        if end > self.skills.len() {
            return Err(Error::Full(Table::Skills));
        }
        for (i, skill) in skills.iter().enumerate() {
            if skills[..i].iter().any(|other| other.skill == skill.skill) {
                return Err(Error::Config("a skill is named twice"));
            }
        }
        self.skills[self.used..end].copy_from_slice(skills);
        let range = SkillRange { start: self.used as u32, len: skills.len() as u32 };
        self.used = end;
        Ok(range)
    }
}

/// Words the matrix of so many classes and profiles takes.
pub(crate) const fn fit_words(classes: usize, profiles: usize) -> usize {
    classes * words(profiles) + profiles * words(classes)
}

plain!(struct Skill { skill, level });
plain!(struct SkillRange { start, len });

impl Plain for ClassId {
    fn put(&self, sink: &mut dyn Sink) {
        self.0.put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        Self(u16::get(source))
    }
}

impl Plain for ProfileId {
    fn put(&self, sink: &mut dyn Sink) {
        self.0.put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        Self(u16::get(source))
    }
}
