//! Edits a picture by what of a prompt can be done with arithmetic, and says what that was.

use image::RgbImage;
use image::imageops::flip_horizontal;

/// Colours that a prompt may name.
const COLOURS: [(&str, [u8; 3]); 8] = [
    ("red", [220, 40, 40]),
    ("green", [40, 160, 60]),
    ("blue", [40, 80, 220]),
    ("yellow", [230, 210, 50]),
    ("orange", [235, 140, 40]),
    ("purple", [140, 60, 180]),
    ("white", [255, 255, 255]),
    ("black", [0, 0, 0]),
];

/// The edited picture, and what was done; the strength, 1 or more, tells several results apart.
pub(super) fn edit(picture: &RgbImage, prompt: &str, strength: u8) -> (RgbImage, String) {
    let words: Vec<String> = prompt.to_lowercase().split(|c: char| !c.is_alphabetic()).map(str::to_owned).collect();
    // Bluer is blue, too.
    let is = |said: &str, word: &str| said.strip_prefix(word).is_some_and(|rest| rest.len() <= 2);
    let says = |any: &[&str]| any.iter().any(|word| words.iter().any(|said| is(said, word)));
    let (mut made, mut done) = (picture.clone(), Vec::new());
    if says(&["mirror", "mirrored", "flip", "flipped"]) {
        made = flip_horizontal(&made);
        done.push("mirrored".to_owned());
    }
    if says(&["grey", "gray", "monochrome"]) {
        for pixel in made.pixels_mut() {
            let [red, green, blue] = pixel.0.map(u32::from);
            let grey = u8::try_from((red * 299 + green * 587 + blue * 114) / 1000).unwrap_or(u8::MAX);
            pixel.0 = [grey; 3];
        }
        done.push("made grey".to_owned());
    }
    if let Some((name, colour)) = COLOURS.iter().find(|(name, _)| says(&[name])) {
        let share = (u32::from(strength) * 20).min(80);
        for pixel in made.pixels_mut() {
            for (value, tint) in pixel.0.iter_mut().zip(colour) {
                let mixed = (u32::from(*value) * (100 - share) + u32::from(*tint) * share) / 100;
                *value = u8::try_from(mixed).unwrap_or(u8::MAX);
            }
        }
        done.push(format!("tinted {name}"));
    }
    let done = if done.is_empty() {
        "left as it was, since the sandbox cannot do what the prompt asks for".to_owned()
    } else {
        done.join(" and ")
    };
    (made, format!("The picture was {done} (by the fal-tui sandbox)"))
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn a_prompt_is_done_as_far_as_it_can_be() {
        let picture = RgbImage::from_fn(4, 1, |x, _| Rgb([if x == 0 { 250 } else { 10 }, 100, 100]));
        let (mirrored, said) = edit(&picture, "Mirror it, please", 1);
        assert_eq!((mirrored.get_pixel(3, 0).0[0], said.contains("was mirrored")), (250, true));
        let (blue, _) = edit(&picture, "make it bluer", 1);
        let (more, _) = edit(&picture, "make it bluer", 2);
        assert!(blue.get_pixel(1, 0).0[2] > 100 && more.get_pixel(1, 0).0[2] > blue.get_pixel(1, 0).0[2]);
        assert!(edit(&picture, "add a hat", 1).1.contains("left as it was"));
    }
}
