//! AVIF decoded: the main picture of its container, of one piece or of tiles, with its mask (AV1 Image File Format 1.1,
//! ISO/IEC 23008-12).

use heifer_isobmff::boxes::{ColorInfo, Property};
use heifer_isobmff::{HeifFile, ItemId};
use image::{DynamicImage, GrayImage, RgbImage, imageops};
use re_rav1d::dav1d::{Decoder, Settings};

use super::colour::cicp_profile;
use super::planes::{Coding, Planes};

/// The most tiles that a picture has.
const MOST_TILES: usize = 1024;
/// What decoding takes for a pixel, bytes: planes of 16 bits and what they become.
const PIXEL: u64 = 16;

/// Pixels as they are stored, neither turned nor mirrored, and their colour profile.
///
/// # Errors
/// What is wrong with it, for a person.
pub(super) fn decode(bytes: &[u8], most: u64) -> Result<(DynamicImage, Option<Vec<u8>>), String> {
    let file = HeifFile::parse(bytes).map_err(|error| error.to_string())?;
    let main = file.primary_id;
    let (colours, coding) =
        picture(&file, main, most, |planes, coding| planes.colours(coding).map(DynamicImage::from))?;
    let masks = file.referencing_items(main, b"auxl");
    let mask = masks.into_iter().find(|id| is_mask(&file, *id));
    let mask = mask.map(|id| picture(&file, id, most, |planes, coding| planes.brightness(coding).map(Into::into)));
    let colours = match mask.transpose()? {
        Some((mask, _)) => with_mask(&colours.into_rgb8(), &mask.into_luma8())?,
        None => colours,
    };
    Ok((clean(colours, &file, main), profile(&file, main, coding)))
}

/// One picture of the file, and how its colours are coded.
fn picture(
    file: &HeifFile<'_>,
    id: ItemId,
    most: u64,
    made: impl Fn(&Planes, Coding) -> Option<DynamicImage>,
) -> Result<(DynamicImage, Coding), String> {
    let said = file.item(id).map_err(|error| error.to_string())?;
    let piece = |id| {
        let planes = decoded(file.item_data(id).map_err(|error| error.to_string())?.into_owned(), most)?;
        let coding = coding(file, id).unwrap_or(planes.coding);
        let made = made(&planes, coding).ok_or("its samples are of a kind that is not read")?;
        Ok::<_, String>((made, coding))
    };
    match &said.item_type.0 {
        b"av01" => piece(id),
        b"grid" => {
            let grid = file.grid(id).map_err(|error| error.to_string())?;
            let tiles = file.referenced_items(id, b"dimg");
            let size = (grid.output_width, grid.output_height);
            let count = usize::from(grid.rows) * usize::from(grid.columns);
            if tiles.len() != count || count > MOST_TILES || u64::from(size.0) * u64::from(size.1) * PIXEL > most {
                return Err("its tiles make no picture".to_owned());
            }
            let (mut whole, mut coding) = (None, None);
            for (number, tile) in (0_u32..).zip(tiles) {
                let (made, of_tile) = piece(*tile)?;
                let whole = whole.get_or_insert_with(|| match &made {
                    DynamicImage::ImageLuma8(_) => DynamicImage::from(GrayImage::new(size.0, size.1)),
                    _ => RgbImage::new(size.0, size.1).into(),
                });
                coding.get_or_insert(of_tile);
                let (column, row) = (number % u32::from(grid.columns), number / u32::from(grid.columns));
                let (x, y) = (i64::from(column) * i64::from(made.width()), i64::from(row) * i64::from(made.height()));
                imageops::replace(whole, &made, x, y);
            }
            whole.zip(coding).ok_or_else(|| "it has no tiles".to_owned())
        }
        other => Err(format!("its main picture is {}, which is not read", String::from_utf8_lossy(other))),
    }
}

fn decoded(data: Vec<u8>, most: u64) -> Result<Planes, String> {
    // The decoder takes no such for an error, but ends the program.
    if data.is_empty() {
        return Err("it has no data".to_owned());
    }
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(u32::try_from(most / PIXEL).unwrap_or(u32::MAX));
    let mut decoder = Decoder::with_settings(&settings).map_err(|error| error.to_string())?;
    match decoder.send_data(data, None, None, None) {
        Err(error) if !error.is_again() => return Err(error.to_string()),
        _ => {}
    }
    let picture = decoder.get_picture().map_err(|error| match error {
        error if error.is_again() => "it ends too early".to_owned(),
        error => error.to_string(),
    })?;
    Planes::new(&picture).ok_or_else(|| "its samples are of a kind that is not read".to_owned())
}

/// How its container says that colours are coded.
fn coding(file: &HeifFile<'_>, id: ItemId) -> Option<Coding> {
    file.item_properties(id).ok()?.find_map(|property| match property {
        Property::Color(ColorInfo::Nclx { primaries, transfer, matrix, full_range }) => Some(Coding {
            primaries: u8::try_from(*primaries).ok()?,
            transfer: u8::try_from(*transfer).ok()?,
            matrix: u8::try_from(*matrix).ok()?,
            full: *full_range,
        }),
        _ => None,
    })
}

fn is_mask(file: &HeifFile<'_>, id: ItemId) -> bool {
    let says = |property: &Property| matches!(property, Property::AuxiliaryType(urn) if urn.contains(":alpha") || urn.ends_with("auxid:1"));
    file.item_properties(id).is_ok_and(|mut properties| properties.any(says))
}

fn with_mask(colours: &RgbImage, mask: &GrayImage) -> Result<DynamicImage, String> {
    if colours.dimensions() != mask.dimensions() {
        return Err("its mask is not of its size".to_owned());
    }
    let samples = colours.pixels().zip(mask.pixels()).flat_map(|(colour, mask)| {
        let ([red, green, blue], [alpha]) = (colour.0, mask.0);
        [red, green, blue, alpha]
    });
    let made = image::RgbaImage::from_raw(colours.width(), colours.height(), samples.collect());
    made.map(Into::into).ok_or_else(|| "it has no pixels".to_owned())
}

/// Cut as it says (`clap`), where that is by whole px.
fn clean(picture: DynamicImage, file: &HeifFile<'_>, id: ItemId) -> DynamicImage {
    let cut = file.item_properties(id).ok().and_then(|mut properties| {
        properties.find_map(|property| match property {
            Property::CleanAperture { width, height, horiz_offset, vert_offset } => {
                Some((*width, *height, *horiz_offset, *vert_offset))
            }
            _ => None,
        })
    });
    let Some((width, height, across, down)) = cut else { return picture };
    let (all_across, all_down) = (picture.width(), picture.height());
    let side = |(of, by): (u32, u32), all: u32| of.checked_div(by).filter(|side| (1..=all).contains(side));
    let (Some(width), Some(height)) = (side(width, all_across), side(height, all_down)) else { return picture };
    let start = |all: u32, side: u32, (of, by): (i32, u32)| {
        let from_middle = i64::from(of).checked_div(by.into()).unwrap_or(0);
        let start = i64::from((all - side) / 2) + from_middle;
        u32::try_from(start.clamp(0, i64::from(all - side))).unwrap_or(0)
    };
    picture.crop_imm(start(all_across, width, across), start(all_down, height, down), width, height)
}

/// The profile that it has, or one that says the same as its numbers.
fn profile(file: &HeifFile<'_>, id: ItemId, coding: Coding) -> Option<Vec<u8>> {
    let of = |id| {
        file.item_properties(id).ok()?.find_map(|property| match property {
            Property::Color(ColorInfo::Icc(profile)) if !profile.is_empty() => Some(profile.clone()),
            _ => None,
        })
    };
    if let Some(profile) = of(id).or_else(|| of(*file.referenced_items(id, b"dimg").first()?)) {
        return Some(profile);
    }
    cicp_profile(coding.primaries, coding.transfer)
}
