//! The platform API, and what its schemas promise.

use serde_json::{Value, json};

use super::{Client, MODEL, picture};

impl Client {
    async fn api(&self, path: &str) -> (u16, Value) {
        let answer = self.get(&format!("{}{path}", self.sandbox.api_url())).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

fn ids(models: &Value) -> Vec<&str> {
    models["models"].as_array().unwrap().iter().map(|model| model["endpoint_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_catalogue_is_listed_searched_and_paged() {
    let client = Client::new(0, 1).await;
    let (code, all) = client.api("/v1/models").await;
    assert_eq!(code, 200);
    assert_eq!(ids(&all).len(), 14);
    assert_eq!(all["has_more"], false);
    assert_eq!(ids(&client.api("/v1/models?q=caption+florence").await.1), ["fal-ai/florence-2-large/caption"]);
    assert_eq!(
        ids(&client.api("/v1/models?category=vision").await.1),
        ["fal-ai/florence-2-large/caption", "fal-ai/moondream2"]
    );
    assert_eq!(ids(&client.api(&format!("/v1/models?endpoint_id={MODEL}")).await.1), [MODEL]);
    assert_eq!(ids(&client.api("/v1/models?status=deprecated").await.1), ["fal-ai/creative-upscaler"]);

    let (_, first) = client.api("/v1/models?limit=2").await;
    assert_eq!((ids(&first).len(), &first["has_more"]), (2, &json!(true)));
    let (_, rest) = client.api(&format!("/v1/models?limit=50&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!((ids(&rest).len(), &rest["next_cursor"]), (12, &Value::Null));

    let (code, wrong) = client.api("/v1/models?endpoint_id=fal-ai/nothing").await;
    assert_eq!((code, &wrong["error"]["type"]), (404, &json!("not_found")));
    let (code, wrong) = client.api("/v1/models?limit=0").await;
    assert_eq!((code, &wrong["error"]["type"]), (400, &json!("validation_error")));
    // No key is needed, but a bad one is refused.
    let url = format!("{}/v1/models", client.sandbox.api_url());
    assert_eq!(client.http.get(&url).send().await.unwrap().status(), 200);
    assert_eq!(client.http.get(&url).header("authorization", "Key bad").send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_schema_leads_to_its_input_and_output_and_says_every_range() {
    let client = Client::new(0, 1).await;
    let url = format!("{}/openapi/queue/openapi.json?endpoint_id={MODEL}", client.sandbox.api_url());
    let schema: Value = client.http.get(&url).send().await.unwrap().json().await.unwrap();
    let (_, expanded) = client.api(&format!("/v1/models?endpoint_id={MODEL}&expand=openapi-3.0")).await;
    assert_eq!(expanded["models"][0]["openapi"], schema);

    let follow = |reference: &Value| {
        let pointer = reference["$ref"].as_str().unwrap().strip_prefix('#').unwrap();
        schema.pointer(pointer).unwrap().clone()
    };
    let path = &schema["paths"][format!("/{MODEL}")];
    let input = follow(&path["post"]["requestBody"]["content"]["application/json"]["schema"]);
    assert_eq!(input["required"], json!(["image_url"]));
    assert_eq!(input["properties"]["upscale_factor"]["maximum"], 4.0);
    assert_eq!(input["properties"]["steps"]["minimum"], 4);
    assert_eq!(input["x-fal-order-properties"].as_array().unwrap().len(), 7);
    let path = &schema["paths"][format!("/{MODEL}/requests/{{request_id}}")];
    let output = follow(&path["get"]["responses"]["200"]["content"]["application/json"]["schema"]);
    assert_eq!(follow(&output["properties"]["image"]["allOf"][0])["title"], "Image");

    let unknown = format!("{}/openapi/queue/openapi.json?endpoint_id=fal-ai/x", client.sandbox.api_url());
    assert_eq!(client.http.get(unknown).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn prices_are_told_and_added_up() {
    let client = Client::new(0, 1).await;
    let (_, prices) =
        client.api(&format!("/v1/models/pricing?endpoint_id={MODEL},fal-ai/florence-2-large/caption")).await;
    let units: Vec<_> =
        prices["prices"].as_array().unwrap().iter().map(|price| price["unit"].as_str().unwrap()).collect();
    assert_eq!(units, ["megapixels", "images"]);
    assert_eq!(client.api("/v1/models/pricing").await.0, 400);
    assert_eq!(client.api("/v1/models/pricing?endpoint_id=a/b").await.0, 404);

    let url = format!("{}/v1/models/pricing/estimate", client.sandbox.api_url());
    let estimate = |body: Value| client.post(&url).json(&body).send();
    let body = json!({ "estimate_type": "unit_price", "endpoints": { MODEL: { "unit_quantity": 12.5 } } });
    let answer: Value = estimate(body).await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "estimate_type": "unit_price", "total_cost": 1.25, "currency": "USD" }));
    assert_eq!(estimate(json!({ "estimate_type": "guess" })).await.unwrap().status(), 400);
}

#[tokio::test]
async fn what_ended_is_listed_with_its_payloads_page_by_page() {
    let client = Client::new(0, 4).await;
    let url = client.upload("a.png", picture(6, 6)).await;
    let mut made = Vec::new();
    for factor in [2, 3, 9] {
        let submitted = client.submit(json!({ "image_url": url, "upscale_factor": factor })).await;
        client.completed(&submitted).await;
        made.push(submitted["request_id"].as_str().unwrap().to_owned());
    }
    made.reverse();
    let list = format!("/v1/models/requests/by-endpoint?endpoint_id={MODEL}");
    let found = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| item["request_id"].as_str().unwrap().to_owned()).collect()
    };
    let (_, all) = client.api(&format!("{list}&expand=payloads")).await;
    assert_eq!(found(&all), made, "newest first");
    assert_eq!(all["items"][1]["json_input"]["image_url"], url);
    assert_eq!(all["items"][1]["json_output"]["image"]["width"], 18);
    assert_eq!(all["items"][0]["status_code"], 422);

    let (_, first) = client.api(&format!("{list}&limit=2")).await;
    assert_eq!(found(&first), made[..2]);
    assert!(first["items"][0].get("json_input").is_none());
    let (_, rest) = client.api(&format!("{list}&limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!((found(&rest), &rest["has_more"]), (made[2..].to_vec(), &json!(false)));

    assert_eq!(found(&client.api(&format!("{list}&status=user_error")).await.1), made[..1]);
    assert_eq!(found(&client.api(&format!("{list}&request_id={}", made[2])).await.1), made[2..]);
    assert!(found(&client.api(&format!("{list}&end=2020-01-01T00:00:00Z")).await.1).is_empty());
    client.clock(json!({ "advance_s": 90_000 })).await;
    assert!(found(&client.api(&list).await.1).is_empty(), "a day back, unless asked otherwise");
    assert_eq!(found(&client.api(&format!("{list}&start=2020-01-01T00:00:00Z")).await.1), made);
    assert_eq!(client.api("/v1/models/requests/by-endpoint").await.0, 400);
    let (_, other) = client.api("/v1/models/requests/search?endpoint_id=fal-ai/florence-2-large/caption").await;
    assert_eq!(other["results"], json!([]));
}

/// A small picture of a red square on white.
fn square() -> Vec<u8> {
    let inside = |x: u32, y: u32| (8..16).contains(&x) && (8..16).contains(&y);
    let colour = |x, y| if inside(x, y) { image::Rgb([200, 30, 30]) } else { image::Rgb([250, 250, 250]) };
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(24, 24, colour).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

impl Client {
    /// What a model makes of the square: its output, and what it is billed.
    async fn worked(&self, model: &str, input: Value) -> (Value, f64) {
        let mut input = input;
        let url = self.upload("square.png", square()).await;
        let field = if model.ends_with("/edit") { json!([url]) } else { json!(url) };
        let name = if model.ends_with("/edit") { "image_urls" } else { "image_url" };
        input[name] = field;
        let submit = format!("{}/{model}", self.sandbox.queue_url());
        let submitted: Value = self.post(&submit).json(&input).send().await.unwrap().json().await.unwrap();
        self.completed(&submitted).await;
        let answer = self.get(submitted["response_url"].as_str().unwrap()).send().await.unwrap();
        let units = answer.headers()["x-fal-billable-units"].to_str().unwrap().parse().unwrap();
        (answer.json().await.unwrap(), units)
    }

    async fn file(&self, file: &Value) -> Vec<u8> {
        let url = file["url"].as_str().unwrap();
        self.http.get(url).send().await.unwrap().bytes().await.unwrap().to_vec()
    }
}

#[tokio::test]
async fn every_kind_of_model_does_something_true_with_the_picture() {
    let client = Client::new(0, 4).await;
    let (clarity, units) = client.worked("fal-ai/clarity-upscaler", json!({ "upscale_factor": 3 })).await;
    assert_eq!((&clarity["image"]["width"], units), (&json!(72), 72.0 * 72.0 / 1e6));
    let (esrgan, _) = client.worked("fal-ai/esrgan", json!({ "scale": 2, "output_format": "jpeg" })).await;
    assert_eq!((&esrgan["image"]["content_type"], esrgan.get("seed")), (&json!("image/jpeg"), None));
    assert_eq!(client.file(&esrgan["image"]).await[..3], [0xff, 0xd8, 0xff]);
    let (crystal, _) = client.worked("clarityai/crystal-upscaler", json!({ "scale_factor": 2 })).await;
    assert_eq!(crystal["images"][0]["content_type"], "image/jpeg", "its default");

    let (cut, _) = client.worked("fal-ai/birefnet/v2", json!({ "output_mask": true })).await;
    let picture = image::load_from_memory(&client.file(&cut["image"]).await).unwrap().into_rgba8();
    assert_eq!((picture.get_pixel(1, 1).0[3], picture.get_pixel(12, 12).0[3]), (0, 255));
    let mask = image::load_from_memory(&client.file(&cut["mask_image"]).await).unwrap().into_luma8();
    assert_eq!(mask.get_pixel(12, 12).0, [255]);
    assert_eq!(client.worked("fal-ai/birefnet/v2", json!({})).await.0["mask_image"], Value::Null);
    let (inside, _) = client.worked("fal-ai/birefnet/v2", json!({ "sync_mode": true })).await;
    assert!(inside["image"]["url"].as_str().unwrap().starts_with("data:image/png;base64,iVBOR"));

    let prompt = json!({ "prompt": "make it blue", "num_images": 2, "output_format": "webp" });
    let (edits, units) = client.worked("fal-ai/nano-banana-pro/edit", prompt).await;
    assert_eq!((edits["images"].as_array().unwrap().len(), units), (2, 2.0));
    assert_eq!(edits["description"], "The picture was tinted blue (by the fal-tui sandbox)");
    let first = image::load_from_memory(&client.file(&edits["images"][0]).await).unwrap().into_rgb8();
    assert!(first.get_pixel(1, 1).0[2] > first.get_pixel(1, 1).0[0]);

    let (drawing, _) = client.worked("fal-ai/recraft/vectorize", json!({})).await;
    assert_eq!((&drawing["image"]["content_type"], drawing["image"].get("width")), (&json!("image/svg+xml"), None));
    assert!(client.file(&drawing["image"]).await.starts_with(b"<svg "));
    let (text, units) = client.worked("fal-ai/moondream2", json!({})).await;
    let said = text["output"].as_str().unwrap();
    assert!(said.starts_with("A square picture of 24 by 24 pixels"), "{said}");
    assert!((units - f64::from(u32::try_from(said.chars().count()).unwrap()) / 1000.0).abs() < 1e-9);

    let (_, prices) = client.api("/v1/models/pricing?endpoint_id=fal-ai/esrgan,fal-ai/recraft/vectorize").await;
    assert_eq!(prices["prices"].as_array().unwrap().len(), 1, "of some no price is named");
    assert_eq!(prices["prices"][0]["unit"], "compute seconds");
}
