//! `reports/schema.json` says what `run.json` is; here both are held together.
//!
//! The schema uses few words of JSON Schema, so a small reader of exactly these words is enough; a word that it
//! doesn't know is an error, not a silent yes.

use serde_json::{Map, Value, json};

use super::{Format, fixture, load, render};

const SCHEMA: &str = include_str!("../../reports/schema.json");

/// What is wrong with `value`, with the place of it.
fn violations(schema: &Value, root: &Value, value: &Value, at: &str) -> Vec<String> {
    let Value::Object(words) = schema else {
        return if schema == &json!(true) {
            Vec::new()
        } else {
            vec![format!("{at}: not allowed")]
        };
    };
    let mut found = Vec::new();
    for (word, rule) in words {
        let wrong = match word.as_str() {
            "$schema" | "title" | "description" | "$defs" => false,
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                let target = root.pointer(pointer).expect("a $ref leads somewhere");
                found.extend(violations(target, root, value, at));
                false
            }
            "const" => value != rule,
            "enum" => !rule.as_array().unwrap().contains(value),
            "type" => match rule {
                Value::Array(types) => !types
                    .iter()
                    .any(|name| is_of(name.as_str().unwrap(), value)),
                one => !is_of(one.as_str().unwrap(), value),
            },
            "minimum" => value.as_f64().is_some_and(|n| n < rule.as_f64().unwrap()),
            "minItems" => value
                .as_array()
                .is_some_and(|v| v.len() < rule.as_u64().unwrap() as usize),
            "maxItems" => value
                .as_array()
                .is_some_and(|v| v.len() > rule.as_u64().unwrap() as usize),
            "required" => {
                let names = rule.as_array().unwrap();
                names
                    .iter()
                    .any(|name| value.get(name.as_str().unwrap()).is_none())
            }
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(violations(rule, root, item, &format!("{at}/{i}")));
                }
                false
            }
            "properties" | "additionalProperties" => {
                let named = words.get("properties").and_then(Value::as_object);
                for (name, item) in value.as_object().into_iter().flatten() {
                    let property = named.and_then(|named: &Map<_, _>| named.get(name));
                    let rule = match property {
                        Some(property) if word == "properties" => property,
                        None if word == "additionalProperties" => rule,
                        _ => continue,
                    };
                    found.extend(violations(rule, root, item, &format!("{at}/{name}")));
                }
                false
            }
            other => panic!("the reader doesn't know `{other}`"),
        };
        if wrong {
            found.push(format!("{at}: {word} {rule}"));
        }
    }
    found
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("the reader doesn't know the type `{other}`"),
    }
}

const LOAD_SCHEMA: &str = include_str!("../../reports/load.schema.json");
/// A run that was really made.
const LOAD_SAMPLE: &str = include_str!("../../reports/sample/load/load.json");

#[test]
fn a_load_run_is_what_its_schema_says() {
    let text = load::render(Format::Json, &load::fixture::load_run(), None);
    let run: Value = serde_json::from_str(&text).expect("load.json is JSON");
    let schema: Value = serde_json::from_str(LOAD_SCHEMA).expect("the schema is JSON");
    assert_eq!(violations(&schema, &schema, &run, ""), Vec::<String>::new());
    let sample: Value = serde_json::from_str(LOAD_SAMPLE).expect("the sample is JSON");
    assert_eq!(
        violations(&schema, &schema, &sample, ""),
        Vec::<String>::new()
    );
    // The fixture uses every field, so a field that the schema alone has is found, too.
    for (name, object) in schema["$defs"].as_object().unwrap() {
        for property in object["properties"].as_object().into_iter().flatten() {
            let key = format!("\"{}\":", property.0);
            // A workload is open or closed.
            assert!(
                text.contains(&key) || key == "\"users\":",
                "{name}.{key} never occurs"
            );
        }
    }
    for (pointer, value) in [
        ("/schema_version", json!(2)),
        ("/workload/kind", json!("half-open")),
        ("/kept_pace", json!("yes")),
        ("/requests/0/count", json!(-1)),
        ("/thresholds/0/ok", json!("true")),
    ] {
        let mut wrong = run.clone();
        *wrong.pointer_mut(pointer).expect("it is there") = value;
        assert_eq!(
            violations(&schema, &schema, &wrong, "").len(),
            1,
            "{pointer}"
        );
    }
}

fn check(run: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    violations(&schema, &schema, run, "")
}

fn sample() -> Value {
    serde_json::from_str(&render(Format::Json, &fixture::run())).expect("run.json is JSON")
}

#[test]
fn a_run_is_what_the_schema_says() {
    assert_eq!(check(&sample()), Vec::<String>::new());
}

#[test]
fn the_schema_describes_every_field_that_a_run_can_have() {
    // The fixture uses every optional field but these; so a new field of the model fails the test above.
    let mut run = fixture::run();
    let response = run.exchanges[0].response.as_mut().expect("an answer");
    response.body_cut = true;
    run.unfinished.push("feature/another".to_owned());
    let json = serde_json::to_string(&run).unwrap();
    assert_eq!(
        check(&serde_json::from_str(&json).unwrap()),
        Vec::<String>::new()
    );
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for (name, object) in schema["$defs"].as_object().unwrap() {
        for property in object["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(p, _)| p)
        {
            assert!(
                json.contains(&format!("\"{property}\":")),
                "{name}.{property} never occurs"
            );
        }
    }
}

#[test]
fn the_schema_refuses_what_is_no_run() {
    for (pointer, value) in [
        ("/schema_version", json!(2)),
        ("/role", json!("judge")),
        ("/totals", json!({"pass": 1})),
        ("/totals/pass", json!(-1)),
        ("/scenarios/0/outcome", json!("passed")),
        ("/scenarios/0/line", json!(0)),
        ("/scenarios/0/checks/0/level", json!("must")),
        ("/scenarios/0/checks/0/evidence/0", json!({"at": "body"})),
        ("/exchanges/0/request/headers/0", json!(["accept"])),
        ("/exchanges/0/direction", json!("out")),
        (
            "/provider",
            json!({"name": "x", "issuer": "y", "password": "z"}),
        ),
    ] {
        let mut run = sample();
        *run.pointer_mut(pointer).expect("the sample has it") = value;
        let found = check(&run);
        assert_eq!(found.len(), 1, "{pointer}: {found:?}");
        assert!(found[0].starts_with(pointer), "{found:?}");
    }
}
