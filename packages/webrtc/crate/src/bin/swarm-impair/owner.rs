//! The process on whose behalf packets are impaired: when it ends, so does the impairment.

use std::str::FromStr;

/// A process and its start time (field 22 of proc(5)'s stat), as process ids are reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) pid: u32,
    pub(crate) started_at: u64,
}

/// The text is not `PID:START`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an owner is PID:START")]
pub(crate) struct OwnerError;

impl FromStr for Owner {
    type Err = OwnerError;

    fn from_str(text: &str) -> Result<Self, OwnerError> {
        let (pid, start) = text.split_once(':').ok_or(OwnerError)?;
        let pid = pid.parse().map_err(|_| OwnerError)?;
        let started_at = start.parse().map_err(|_| OwnerError)?;
        Ok(Self { pid, started_at })
    }
}

impl Owner {
    pub(crate) fn is_alive(&self) -> bool {
        std::fs::read_to_string(format!("/proc/{}/stat", self.pid))
            .is_ok_and(|stat| started_at(&stat) == Some(self.started_at))
    }
}

/// `None` for a zombie.
fn started_at(stat: &str) -> Option<u64> {
    // The name in parentheses may contain anything.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    if fields.next()? == "Z" { None } else { fields.nth(18)?.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_the_same_id_and_another_start_time_is_another() {
        let pid = std::process::id();
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        let this = Owner { pid, started_at: started_at(&stat).unwrap() };
        assert!(this.is_alive());
        assert!(!Owner { started_at: this.started_at + 1, ..this }.is_alive());
        let zombie = "7 (a) Z b) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 99 20";
        assert_eq!(started_at(zombie), None);
        assert_eq!(started_at(&zombie.replace("b) Z", "b) S")), Some(99));
    }
}
