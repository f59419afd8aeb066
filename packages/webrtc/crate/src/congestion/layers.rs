//! Choice of the simulcast layers that fit a bit rate, and of their quality.
//!
//! An encoder would encode at any rate. Clips are encoded in advance, so the quality of a layer is
//! one of a few clips. As in libwebrtc's allocation, the lowest layer is always sent, and a layer
//! is sent only when those below it are sent in full.

/// IPv4 and UDP headers of a datagram, which congestion control counts as well.
pub const IP_UDP_BYTES: usize = 28;
/// A better quality needs this much more than its rate, or the choice would change all the time
/// (libwebrtc's hysteresis for camera video).
pub const HYSTERESIS: f64 = 1.2;

/// One simulcast layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Bit rates of its clips on the wire, ascending; at least one.
    pub rates: Vec<f64>,
    /// The clip that is sent; `None`: none.
    pub current: Option<usize>,
}

/// The layers of one track, lowest first.
pub type TrackLayers = Vec<Layer>;

/// The clip of each layer that `budget` allows, bit/s; `None`: the layer is not sent.
pub fn allocate(budget: f64, tracks: &[TrackLayers]) -> Vec<Vec<Option<usize>>> {
    let mut chosen: Vec<Vec<Option<usize>>> =
        tracks.iter().map(|layers| vec![None; layers.len()]).collect();
    let mut left = budget;
    for (layers, chosen) in tracks.iter().zip(&mut chosen) {
        if let (Some(lowest), Some(choice)) = (layers.first(), chosen.first_mut()) {
            *choice = Some(0);
            left -= lowest.rates[0];
        }
    }
    let most = tracks.iter().map(Vec::len).max().unwrap_or(0);
    for index in 0..most {
        for (layers, chosen) in tracks.iter().zip(&mut chosen) {
            let Some(layer) = layers.get(index) else { continue };
            let below_is_full =
                index == 0 || chosen[index - 1] == Some(layers[index - 1].rates.len() - 1);
            if !below_is_full {
                continue;
            }
            let given = chosen[index].map_or(0.0, |clip| layer.rates[clip]);
            let fits = |&clip: &usize| {
                let is_better = layer.current.is_none_or(|current| clip > current);
                let needed = layer.rates[clip] * if is_better { HYSTERESIS } else { 1.0 };
                needed - given <= left
            };
            if let Some(clip) = (0..layer.rates.len()).rev().find(fits) {
                left -= layer.rates[clip] - given;
                chosen[index] = Some(clip);
            }
        }
    }
    chosen
}

/// The rate that the next better quality needs, with its hysteresis; `None`: all is sent in full.
pub fn next_better(tracks: &[TrackLayers], chosen: &[Vec<Option<usize>>]) -> Option<f64> {
    let sent: f64 = tracks
        .iter()
        .zip(chosen)
        .flat_map(|(layers, chosen)| layers.iter().zip(chosen))
        .filter_map(|(layer, clip)| clip.map(|clip| layer.rates[clip]))
        .sum();
    tracks
        .iter()
        .zip(chosen)
        .filter_map(|(layers, chosen)| {
            let (layer, clip) =
                layers.iter().zip(chosen).find(|(l, c)| c.is_none_or(|c| c + 1 < l.rates.len()))?;
            let given = clip.map_or(0.0, |clip| layer.rates[clip]);
            let next = layer.rates[clip.map_or(0, |clip| clip + 1)];
            Some(sent - given + next * HYSTERESIS)
        })
        .min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 160, 450 and 1,700 kbit/s; the upper two can be sent as the clips of those below.
    fn camera() -> TrackLayers {
        [vec![160.0], vec![160.0, 450.0], vec![160.0, 450.0, 800.0, 1_700.0]]
            .map(|rates| Layer { rates, current: None })
            .into()
    }

    fn of(budget: f64) -> Vec<Option<usize>> {
        allocate(budget, &[camera()]).remove(0)
    }

    #[test]
    fn upper_layers_are_sent_when_those_below_are_sent_in_full() {
        assert_eq!(of(30.0), [Some(0), None, None], "the lowest layer is always sent");
        assert_eq!(of(300.0), [Some(0), None, None]);
        assert_eq!(of(400.0), [Some(0), Some(0), None]);
        assert_eq!(of(750.0), [Some(0), Some(1), None]);
        assert_eq!(of(1_900.0), [Some(0), Some(1), Some(2)]);
        assert_eq!(of(2_700.0), [Some(0), Some(1), Some(3)]);
    }

    #[test]
    fn a_quality_is_kept_with_less_than_it_takes_to_begin_it() {
        let mut layers = camera();
        layers[1].current = Some(1);
        assert_eq!(allocate(650.0, &[layers])[0], [Some(0), Some(1), None]);
        assert_eq!(of(650.0), [Some(0), Some(0), None]);
    }

    #[test]
    fn tracks_share_what_there_is() {
        let chosen = allocate(900.0, &[camera(), camera()]);
        assert_eq!(chosen, [[Some(0), Some(1), None], [Some(0), None, None]]);
    }

    #[test]
    fn the_next_better_quality_is_the_one_that_takes_least() {
        let tracks = [camera()];
        let full = vec![vec![Some(0), Some(1), Some(3)]];
        assert_eq!(next_better(&tracks, &full), None);
        let lowest = vec![vec![Some(0), None, None]];
        assert_eq!(next_better(&tracks, &lowest), Some(160.0 + 160.0 * HYSTERESIS));
    }
}
