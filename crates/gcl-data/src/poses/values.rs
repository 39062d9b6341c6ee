//! Values in AlphaPose's JSON that are written in several ways.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};

/// What a list of key-points has: values one after the other, or a list of three for each point.
pub(super) enum Element {
    Value(Option<f64>),
    Point([Option<f64>; 3]),
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Element;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or x, y and confidence of a point")
            }
            fn visit_f64<E>(self, value: f64) -> Result<Element, E> {
                Ok(Element::Value(Some(value)))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Element, E> {
                Ok(Element::Value(Some(value as f64)))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Element, E> {
                Ok(Element::Value(Some(value as f64)))
            }
            fn visit_unit<E>(self) -> Result<Element, E> {
                Ok(Element::Value(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Element, A::Error> {
                let mut point = [None; 3];
                for (read, slot) in point.iter_mut().enumerate() {
                    let value = seq.next_element()?;
                    *slot = value.ok_or_else(|| A::Error::invalid_length(read, &self))?;
                }
                match seq.next_element::<IgnoredAny>()? {
                    None => Ok(Element::Point(point)),
                    Some(_) => Err(A::Error::invalid_length(4, &self)),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A number, a text, or a list of numbers, as text; cut where it is too long to be a label.
pub(super) struct Label(pub String);

impl Label {
    fn cut(text: &str) -> Self {
        Self(text.chars().take(80).collect())
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Label;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a name")
            }
            fn visit_u64<E>(self, value: u64) -> Result<Label, E> {
                Ok(Label(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Label, E> {
                Ok(Label(value.to_string()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Label, E> {
                Ok(Label(value.to_string()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Label, E> {
                Ok(Label::cut(value))
            }
            fn visit_unit<E>(self) -> Result<Label, E> {
                Ok(Label("null".to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Label, A::Error> {
                let mut all: Option<String> = None;
                while let Some(Label(one)) = seq.next_element()? {
                    let text = all.get_or_insert_default();
                    if !text.is_empty() {
                        text.push(',');
                    }
                    text.push_str(&one);
                    *text = Label::cut(text).0;
                }
                Ok(Label(all.unwrap_or_default()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
