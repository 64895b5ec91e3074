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
    assert_eq!(ids(&all).len(), 3);
    assert_eq!(all["has_more"], false);
    assert_eq!(ids(&client.api("/v1/models?q=caption+florence").await.1), ["fal-ai/florence-2-large/caption"]);
    assert_eq!(ids(&client.api("/v1/models?category=vision").await.1), ["fal-ai/florence-2-large/caption"]);
    assert_eq!(ids(&client.api(&format!("/v1/models?endpoint_id={MODEL}")).await.1), [MODEL]);
    assert!(ids(&client.api("/v1/models?status=deprecated").await.1).is_empty());

    let (_, first) = client.api("/v1/models?limit=2").await;
    assert_eq!((ids(&first).len(), &first["has_more"]), (2, &json!(true)));
    let (_, rest) = client.api(&format!("/v1/models?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!((ids(&rest).len(), &rest["next_cursor"]), (1, &Value::Null));

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
