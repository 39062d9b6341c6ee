//! Pickles and archives, byte by byte.

/// A pickle in the making.
#[derive(Clone, Default)]
pub struct Pickle(pub Vec<u8>);

impl Pickle {
    pub fn new() -> Self {
        Self(vec![0x80, 2])
    }

    /// Opcodes as they are.
    pub fn op(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    pub fn global(self, module: &str, name: &str) -> Self {
        self.op(format!("c{module}\n{name}\n").as_bytes())
    }

    pub fn text(self, text: &str) -> Self {
        self.op(b"X").op(&(text.len() as u32).to_le_bytes()).op(text.as_bytes())
    }

    /// An integer of any size up to 16 bytes.
    pub fn int(self, value: i128) -> Self {
        self.op(&[0x8a, 16]).op(&value.to_le_bytes())
    }

    pub fn ints(self, values: &[i128]) -> Self {
        values.iter().fold(self.op(b"("), |p, v| p.int(*v)).op(b"t")
    }

    /// A reference to a storage.
    pub fn storage(self, key: &str, elements: i128) -> Self {
        let p = self.op(b"(").text("storage").global("torch", "FloatStorage");
        p.text(key).text("cpu").int(elements).op(b"tQ")
    }

    /// A tensor over the storage `key`.
    pub fn tensor(
        self,
        key: &str,
        of: i128,
        offset: i128,
        shape: &[i128],
        stride: &[i128],
    ) -> Self {
        let p = self.global("torch._utils", "_rebuild_tensor_v2").op(b"(").storage(key, of);
        p.int(offset).ints(shape).ints(stride).op(b"\x89}tR")
    }

    /// The honest tensor of these tests: two floats, in storage `0`.
    pub fn good(self) -> Self {
        self.tensor("0", 2, 0, &[2], &[1])
    }

    pub fn end(self) -> Vec<u8> {
        self.op(b".").0
    }
}

/// A dict of one tensor, and what `more` puts beside it.
pub fn beside(more: impl FnOnce(Pickle) -> Pickle) -> Vec<u8> {
    let p = more(Pickle::new().op(b"}(").text("w").good().text("more"));
    checkpoint(&p.op(b"u").end())
}

/// The bytes of storage `0`.
pub fn floats() -> Vec<u8> {
    [1.5f32, -2.0].iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// An archive with this pickle, and storage `0`.
pub fn checkpoint(pickle: &[u8]) -> Vec<u8> {
    Zip::default().entry("a/data.pkl", pickle).entry("a/data/0", &floats()).end()
}

/// An archive with one good tensor.
pub fn good() -> Vec<u8> {
    checkpoint(&good_pickle())
}

pub fn good_pickle() -> Vec<u8> {
    Pickle::new().op(b"}").text("w").good().op(b"s").end()
}

/// A zip archive in the making, honest unless its parts are changed before the end.
#[derive(Default)]
pub struct Zip {
    pub body: Vec<u8>,
    /// The directory's records.
    pub records: Vec<Vec<u8>>,
}

impl Zip {
    pub fn entry(self, name: &str, bytes: &[u8]) -> Self {
        self.raw(name.as_bytes(), bytes)
    }

    pub fn raw(mut self, name: &[u8], bytes: &[u8]) -> Self {
        let at = self.body.len() as u32;
        let (checksum, len) =
            (crc32fast::hash(bytes).to_le_bytes(), (bytes.len() as u32).to_le_bytes());
        let mut common = [0u8; 4].to_vec(); // flags, method
        common.extend([0; 4]); // time, date
        common.extend(checksum);
        common.extend(len);
        common.extend(len);
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0; 2]); // extra field
        self.body.extend(b"PK\x03\x04\0\0");
        self.body.extend(&common);
        self.body.extend(name);
        self.body.extend(bytes);
        let mut record = b"PK\x01\x02\0\0\0\0".to_vec();
        record.extend(&common);
        record.extend([0; 10]); // comment, disk, attributes
        record.extend(at.to_le_bytes());
        record.extend(name);
        self.records.push(record);
        self
    }

    pub fn end(self) -> Vec<u8> {
        let (at, count) = (self.body.len() as u32, self.records.len() as u16);
        let directory = self.records.concat();
        let mut bytes = self.body;
        bytes.extend(&directory);
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend(count.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend((directory.len() as u32).to_le_bytes());
        bytes.extend(at.to_le_bytes());
        bytes.extend([0; 2]);
        bytes
    }
}
