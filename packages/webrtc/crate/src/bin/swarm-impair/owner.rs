//! Whose work this is: when that process has ended, so has the work.

use crate::arguments::Outcome;

/// A process and when it began (field 22 of proc(5)'s stat): ids are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub pid: u32,
    pub started_at: u64,
}

impl Owner {
    /// `PID:START`
    pub fn read(text: &str) -> Outcome<Self> {
        let parts = text
            .split_once(':')
            .and_then(|(pid, start)| Some((pid.parse().ok()?, start.parse().ok()?)));
        parts
            .map(|(pid, started_at)| Self { pid, started_at })
            .ok_or(format!("--owner needs PID:START, not {text:?}"))
    }

    pub fn lives(&self) -> bool {
        std::fs::read_to_string(format!("/proc/{}/stat", self.pid))
            .is_ok_and(|stat| started_at(&stat) == Some(self.started_at))
    }
}

/// `None` for one that has ended and that nobody has waited for.
fn started_at(stat: &str) -> Option<u64> {
    // The name in parentheses may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    if fields.next()? == "Z" { None } else { fields.nth(18)?.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_live_and_our_namesake_does_not() {
        let pid = std::process::id();
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        let me = Owner { pid, started_at: started_at(&stat).unwrap() };
        assert!(me.lives());
        assert!(!Owner { started_at: me.started_at + 1, ..me }.lives());
        assert_eq!(
            started_at("7 (a) Z b) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 99 20"),
            None
        );
        assert_eq!(
            started_at("7 (a) Z b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 99 20"),
            Some(99)
        );
    }
}
