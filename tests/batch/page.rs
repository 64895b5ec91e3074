//! The page of a batch in a real browser: what it shows, what hostile texts do to it, and ten thousand photos.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::common::page::{job, opened, said};
use crate::common::{Stage, run};
use fal_tui::job::{Job, Opinion, Stars, Verdict};
use fal_tui::output::{Captions, Facts, Output};
use fal_tui::picture::Thumbs;

#[test]
fn a_page_shows_the_batch_and_hostile_texts_are_text() {
    let stage = Stage::scenario("fails_for_good");
    let hostile = "<img src=x onerror=document.title='owned'>";
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "faulty.png");
    stage.photo("retina.jpg", "sub/</script><script>document.title='owned'<\u{2215}script>.jpg");
    let prefix = format!("{hostile}</script>\u{202e} ");
    stage.run(&["--report", "html", "--caption-prefix", &prefix]).assert_status(1);
    let page = stage.output().join("report.html");
    let thumbs: Vec<_> =
        fs::read_dir(stage.output().join("__report")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(thumbs.len(), 4, "{thumbs:?}");
    assert!(thumbs.iter().all(|file| image::open(file).is_ok_and(|image| image.width().max(image.height()) <= 480)));
    let text = fs::read_to_string(&page).unwrap();
    assert!(
        !text.contains("http://")
            || text.matches("http://").count()
                == text.matches("http://www.w3.org/").count() + text.matches("http://127.0.0.1").count(),
        "it asks nobody"
    );

    if let Some(dom) = opened(&page, "") {
        assert!(dom.contains("<title>photos → photos-upscaled</title>"), "{dom}");
        assert_eq!(dom.matches("role=\"option\"").count(), 3, "{dom}");
        assert!(
            dom.contains("&lt;img src=x onerror=document.title='owned'&gt;") && !dom.contains("<img src=\"x\""),
            "{dom}"
        );
        assert!(dom.contains("Failures: 1") && dom.contains("content_policy"), "{dom}");
        assert!(dom.contains("class=\"pair\"") || dom.contains("class=\"pair lone\""), "{dom}");
        // What charts show is said, too.
        for said in ["Photos a minute: ", "Money: ", "Seconds at fal: median ", "Failures by cause: content_policy 1"] {
            assert!(dom.contains(&format!("role=\"img\" aria-label=\"{said}")), "{said}: {dom}");
        }
        let failed = opened(&page, "#state=FAILED").unwrap();
        assert_eq!(failed.matches("role=\"option\"").count(), 1);
        assert!(failed.contains("the same photo is refused again"), "what to do: {failed}");
        let found = opened(&page, "#text=retina-is-nowhere").unwrap();
        assert!(found.contains("0 of 3") && found.contains("Nothing fits."), "{found}");
    }

    // Made again; one by another hand stays, and so does what has the folder's name.
    fs::write(&page, "<p>mine</p>").unwrap();
    fs::remove_dir_all(stage.output().join("__report")).unwrap();
    fs::write(stage.output().join("__report"), "mine too").unwrap();
    let again = run(&mut stage.command(&["report", "1", "--report", "html"]));
    again.assert_status(0);
    assert!(again.stdout.contains("report.2.html"), "{}", again.stdout);
    assert_eq!(fs::read_to_string(&page).unwrap(), "<p>mine</p>");
    assert_eq!(fs::read_to_string(stage.output().join("__report")).unwrap(), "mine too");
    assert!(!fs::read_to_string(stage.output().join("report.2.html")).unwrap().contains("\"before\":\"__report"));
}

#[test]
fn ten_thousand_photos_are_a_page_that_opens_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let output = Output::open(dir.path(), Captions::default()).unwrap();
    let facts = Facts { title: "many".to_owned(), about: "Batch 1".to_owned(), spent: "$48,000.00".to_owned() };
    let mut page = output.page(&facts, Arc::new(Thumbs::new(None))).unwrap();
    let jobs: Vec<_> = (0..10_000).map(job).collect();
    for jobs in jobs.chunks(1000) {
        page.add(jobs, &AtomicBool::new(false)).unwrap();
    }
    assert_eq!(page.finish().unwrap(), "report.html");
    let Some(dom) = opened(&dir.path().join("report.html"), "#order=cost&down=true") else { return };
    assert!(dom.contains("10000 of 10000"), "{}", dom.len());
    let rows = dom.matches("role=\"option\"").count();
    assert!((5..60).contains(&rows), "{rows} rows are drawn, only those in sight");
    assert_eq!(said(&dom, "aria-setsize"), "10000");
    println!("ready after {} ms", said(&dom, "data-ready-ms"));
}

#[test]
fn what_was_said_in_a_review_is_shown_filtered_and_sorted_by() {
    let dir = tempfile::tempdir().unwrap();
    let output = Output::open(dir.path(), Captions::default()).unwrap();
    let facts = Facts { title: "few".to_owned(), about: "Batch 1".to_owned(), spent: "$9.60".to_owned() };
    let marked = |number, stars, verdict| {
        let opinion = Opinion { stars: Stars::new(stars), verdict, ..Opinion::default() };
        Job { opinion: Some(Box::new(opinion)), ..job(number) }
    };
    let jobs = [marked(1, 2, Some(Verdict::Accepted)), marked(2, 5, Some(Verdict::Rejected)), job(3), job(4)];
    let mut page = output.page(&facts, Arc::new(Thumbs::new(None))).unwrap();
    page.add(&jobs, &AtomicBool::new(false)).unwrap();
    page.finish().unwrap();
    let page = dir.path().join("report.html");
    let Some(dom) = opened(&page, "#order=stars&down=true") else { return };
    let best = dom.find("IMG_2.jpg").unwrap();
    assert!(best < dom.rfind("IMG_1.jpg").unwrap() && dom.contains("aria-label=\"5 of 5 stars, rejected\""), "{dom}");
    for said in ["✓ accepted 1", "✗ rejected 1", "open 2"] {
        assert!(dom.contains(&format!(">{said}<")), "{said}: {dom}");
    }
    let open = opened(&page, "#verdict=open").unwrap();
    assert!(open.contains("2 of 4") && open.matches("role=\"option\"").count() == 2, "{open}");
}
