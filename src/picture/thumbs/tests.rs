use std::cell::Cell;
use std::fs;
use std::time::{Duration, SystemTime};

use super::*;
use crate::picture::samples::photo as sample;

const CAT: Pixels = Pixels { width: 451, height: 300 };

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn never() -> bool {
    false
}

#[test]
fn one_is_made_once_for_what_a_file_holds_wherever_it_lies() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, cat) = (dir.path().join("cache/thumbs"), dir.path().join("cat.png"));
    fs::copy(sample("chelsea.png"), &cat).unwrap();
    let thumbs = Thumbs::new(Some(folder.clone()));
    let jpeg = thumbs.jpeg(&cat, CAT, &never).unwrap();
    assert_eq!(image::load_from_memory(&jpeg).unwrap().width(), 451, "nothing is made larger");
    let first = files(&folder);
    assert_eq!(first.len(), 1);
    // What is kept is what is given: it is not decoded again, by this run or another, nor by another name.
    fs::write(&first[0], [&jpeg[..], b"kept"].concat()).unwrap();
    fs::rename(&cat, dir.path().join("moved.png")).unwrap();
    fs::copy(dir.path().join("moved.png"), dir.path().join("copy.png")).unwrap();
    for file in ["moved.png", "moved.png", "copy.png"] {
        for thumbs in [&thumbs, &Thumbs::new(Some(folder.clone()))] {
            assert!(thumbs.jpeg(&dir.path().join(file), CAT, &never).unwrap().ends_with(b"kept"), "{file}");
        }
    }
    // Another picture under the same name is another one.
    fs::copy(sample("coffee.png"), dir.path().join("moved.png")).unwrap();
    let other = thumbs.jpeg(&dir.path().join("moved.png"), Pixels::new(600, 400), &never).unwrap();
    assert!(!other.ends_with(b"kept") && image::load_from_memory(&other).unwrap().width() == 480);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert!(files(&folder).iter().all(|file| mode(file) == 0o600), "{:?}", files(&folder));
    }
}

#[test]
fn the_folder_is_bounded_and_the_oldest_go_first() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("thumbs");
    let photo = |n: u32| {
        let file = dir.path().join(format!("{n}.png"));
        let shade =
            |x: u32, y: u32| image::Rgb([x * 7 + n, y * 13, x * y + n * 40].map(|shade| shade.to_le_bytes()[0]));
        image::RgbImage::from_fn(200, 150, shade).save(&file).unwrap();
        file
    };
    let size = Thumbs::new(None).jpeg(&photo(0), Pixels::new(200, 150), &never).unwrap().len() as u64;
    let thumbs = Thumbs::bounded(Some(folder.clone()), size * 5);
    let used = |folder: &Path| files(folder).iter().map(|file| fs::metadata(file).unwrap().len()).sum::<u64>();
    for n in 0..20 {
        let before = files(&folder.join("..").join("thumbs").canonicalize().unwrap_or_else(|_| dir.path().into()));
        thumbs.jpeg(&photo(n), Pixels::new(200, 150), &never).unwrap();
        let new: Vec<_> = files(&folder).into_iter().filter(|file| !before.contains(file)).collect();
        // So that each is older than those that come after it.
        let at = SystemTime::now() - Duration::from_secs(u64::from(1000 - n));
        for file in new {
            fs::File::options().write(true).open(file).unwrap().set_modified(at).unwrap();
        }
        assert!(used(&folder) <= size * 6, "{} of {}", used(&folder), size * 5);
    }
    let made = Cell::new(0);
    let stop = || {
        made.set(made.get() + 1);
        false
    };
    thumbs.jpeg(&dir.path().join("19.png"), Pixels::new(200, 150), &stop).unwrap();
    assert_eq!(made.get(), 0, "the newest is still there: nothing was read to make it");
    thumbs.jpeg(&dir.path().join("0.png"), Pixels::new(200, 150), &stop).unwrap();
    assert!(made.get() > 0, "the oldest is gone, and is made again");
}

#[test]
fn what_is_damaged_or_cannot_be_kept_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("thumbs");
    let thumbs = Thumbs::new(Some(folder.clone()));
    let cat = sample("chelsea.png");
    let size = Pixels::new(45, 30);
    let picture = thumbs.picture(&cat, CAT, size, &never).unwrap();
    assert_eq!(picture.dimensions(), (45, 30));
    fs::write(&files(&folder)[0], b"\xff\xd8 no picture").unwrap();
    assert_eq!(thumbs.picture(&cat, CAT, size, &never).unwrap(), picture);
    fs::write(&files(&folder)[0], b"").unwrap();
    assert_eq!(thumbs.picture(&cat, CAT, size, &never).unwrap(), picture);
    // A file where the folder would be.
    fs::write(dir.path().join("file"), "mine").unwrap();
    let nowhere = Thumbs::new(Some(dir.path().join("file")));
    assert_eq!(nowhere.picture(&cat, CAT, size, &never).unwrap(), picture);
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"mine");
    assert!(matches!(thumbs.jpeg(&dir.path().join("gone.png"), CAT, &never), Err(Unseen::Picture(_))));
    assert!(matches!(Thumbs::new(None).jpeg(&cat, CAT, &|| true), Err(Unseen::Stopped)));
}
