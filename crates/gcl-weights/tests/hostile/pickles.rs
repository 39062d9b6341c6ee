//! Pickles that would run something, and pickles that grow.

use gcl_weights::Fault;

use crate::build::{Pickle, beside, checkpoint, good};
use crate::meter::{accepted, refuses};

fn refuses_global(bytes: &[u8], wanted: (&str, &str)) {
    refuses!(bytes, Fault::Global { module, name } if (module.as_str(), name.as_str()) == wanted);
}

#[test]
fn the_honest_file_is_read() {
    assert_eq!(accepted(&good()), 1);
}

#[test]
fn nothing_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let canary = folder.path().join("canary");
    let command = format!("touch {}", canary.display());
    for (module, name) in [
        ("os", "system"),
        ("posix", "system"),
        ("nt", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("__builtin__", "exec"),
        ("builtins", "getattr"),
        ("runpy", "_run_code"),
        ("torch", "load"),
        ("torch.hub", "load"),
        ("torch._utils", "_import_dotted_name"),
        ("numpy", "load"),
        ("pathlib", "Path.unlink"),
        ("collections", "OrderedDict.__init__"),
        ("torch", "FloatStorage.__class__"),
        ("", ""),
    ] {
        let call = |p: Pickle| p.global(module, name).text(&command).op(b"\x85R");
        // As the whole file, beside a good state dict, and thrown away at once.
        refuses_global(&call(Pickle::new()).end(), (module, name));
        refuses_global(&beside(call), (module, name));
        let dropped = call(Pickle::new()).op(b"0}").text("w").good().op(b"s").end();
        refuses_global(&checkpoint(&dropped), (module, name));
        // The same by the other ways to name and make things.
        let stacked = |p: Pickle| p.text(module).text(name).op(b"\x93").text(&command).op(b"\x85R");
        refuses_global(&beside(stacked), (module, name));
        let made = |p: Pickle| p.global(module, name).op(b")\x81}b");
        refuses_global(&beside(made), (module, name));
    }
    refuses!(beside(|p| p.op(b"(iposix\nsystem\n")), Fault::Opcode { opcode: b'i', .. });
    refuses!(
        beside(|p| p.op(b"(").global("argparse", "Namespace").op(b"o")),
        Fault::Opcode { opcode: b'o', .. }
    );
    refuses!(beside(|p| p.op(b"\x82\x01")), Fault::Opcode { opcode: 0x82, .. });
    refuses!(beside(|p| p.op(b"Pos.system\n")), Fault::Opcode { opcode: b'P', .. });
    refuses!(beside(|p| p.op(b"\x97")), Fault::Opcode { opcode: 0x97, .. });
    refuses!(beside(|p| p.op(b"\xff")), Fault::Opcode { opcode: 0xff, .. });
    assert!(!canary.exists());
}

#[test]
fn known_names_have_their_one_use() {
    let call = |module: &str, name: &str, arguments: &[u8]| {
        beside(|p| p.global(module, name).op(arguments).op(b"R"))
    };
    refuses!(call("collections", "OrderedDict", b"K\x01\x85"), Fault::Call { .. });
    refuses!(call("torch", "FloatStorage", b"K\x01\x85"), Fault::Call { .. });
    refuses!(call("torch", "float32", b")"), Fault::Call { .. });
    refuses!(call("argparse", "Namespace", b"K\x01\x85"), Fault::Call { .. });
    refuses!(call("builtins", "set", b"K\x01\x85"), Fault::Call { .. });
    refuses!(call("torch._utils", "_rebuild_parameter", b"K\x01\x85"), Fault::Call { .. });
    refuses!(call("torch._utils", "_rebuild_tensor_v2", b"K\x01\x85"), Fault::Stack { .. });
    refuses!(call("_codecs", "encode", b"K\x01\x85"), Fault::Call { .. });
    refuses!(call("numpy", "dtype", b"K\x01\x85"), Fault::Call { .. });
    refuses!(call("collections", "OrderedDict", b"]"), Fault::Call { .. });
    // An object of another class than Namespace, by the old way of making them.
    let old = |p: Pickle| {
        let p = p.global("copyreg", "_reconstructor").op(b"(").global("torch", "Size");
        p.global("builtins", "object").op(b"NtR")
    };
    refuses!(beside(old), Fault::Call { .. });
    refuses!(beside(|p| p.text("f").op(b")R")), Fault::Stack { opcode: b'R', .. });
    refuses!(beside(|p| p.op(b"]}b")), Fault::Stack { opcode: b'b', .. });
    refuses!(
        beside(|p| p.global("argparse", "Namespace").op(b")\x81K\x01b")),
        Fault::Stack { opcode: b'b', .. }
    );
    let tensor = |p: Pickle| {
        let p = p.global("torch._tensor", "_rebuild_from_type_v2").op(b"(");
        p.global("torch._tensor", "_rebuild_from_type_v2").global("torch", "Tensor").op(b"))tR")
    };
    refuses!(beside(tensor), Fault::Call { .. });
}

#[test]
fn case_31_arrays_and_histories_beside_the_weights() {
    let numpy = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/numpy/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    };
    for protocol in [3, 4, 5] {
        // Two tensors of the state dict; the arrays beside them are not among them.
        assert_eq!(accepted(&numpy(&format!("beside-{protocol}.pth"))), 2, "protocol {protocol}");
    }
    // In the protocol that PyTorch uses, without its first two bytes and its end.
    let history = numpy("history-2.pkl");
    assert_eq!(accepted(&beside(|p| p.op(&history[2..history.len() - 1]))), 1);
    // Weights that cannot be read are said to be so.
    refuses!(numpy("weights-2.pth"), Fault::Call { global: "a numpy array", .. });
    refuses!(numpy("weights-big.pth"), Fault::BigEndian);
    refuses!(history, Fault::Call { .. } | Fault::BigEndian);
}

#[test]
fn depth() {
    let million = 1_000_000;
    let deep = |step: &[u8], first: &[u8]| beside(|p| p.op(first).op(&step.repeat(million)));
    refuses!(deep(b"\x85", b"N"), Fault::Limit { what: "containers within each other", .. });
    // [[[...]]] from the outside in, and from the inside out.
    let inwards = beside(|p| p.op(&b"]".repeat(million)).op(&b"a".repeat(million - 1)));
    refuses!(inwards, Fault::Limit { what: "containers within each other", .. });
    refuses!(deep(b"(", b""), Fault::Limit { what: "open marks", .. });
    let dicts =
        beside(|p| (0..300).fold(p.op(b"}"), |p, _| p.op(b"q\x000}").text("k").op(b"h\x00s")));
    refuses!(dicts, Fault::Limit { what: "containers within each other", .. });
    // A list that contains itself is odd, and harmless.
    assert_eq!(accepted(&beside(|p| p.op(b"]q\x00h\x00a"))), 1);
}

#[test]
fn growth() {
    // Each list holds the one before twice: 2^200 values, were it written out.
    let twice = |p: Pickle| (0..200).fold(p.op(b"]"), |p, _| p.op(b"q\x000(h\x00h\x00l"));
    assert_eq!(accepted(&beside(twice)), 1);
    refuses!(checkpoint(&twice(Pickle::new()).end()), Fault::NoStateDict(_));
    // The same with dicts, in which tensors are looked for.
    let double = |levels: usize, width: usize| {
        let first = Pickle::new().op(b"}").text("w").good().op(b"s");
        let next = |p: Pickle, _| {
            let p = p.op(b"q\x000}(");
            (0..width).fold(p, |p, i| p.text(&i.to_string()).op(b"h\x00")).op(b"u")
        };
        checkpoint(&(0..levels).fold(first, next).op(b"q\x010}").text("model").op(b"h\x01s").end())
    };
    refuses!(double(40, 1), Fault::NoStateDict(_));
    refuses!(double(5, 30), Fault::Ambiguous(_));
    let wide = Pickle::new().op(b"}(").text("v").good().text("a");
    let wide = (0..6).fold(wide.op(b"}").text("w").good().op(b"s"), |p, _| {
        let p = p.op(b"q\x000}(");
        (0..30).fold(p, |p, i| p.text(&i.to_string()).op(b"h\x00")).op(b"u")
    });
    refuses!(checkpoint(&wide.op(b"u").end()), Fault::Limit { what: "tensors", .. });
    let barren = |p: Pickle| {
        (0..7).fold(p.op(b"}"), |p, _| {
            let p = p.op(b"q\x000}(");
            (0..60).fold(p, |p, i| p.text(&i.to_string()).op(b"h\x00")).op(b"u")
        })
    };
    refuses!(beside(barren), Fault::Limit { .. });
    refuses!(
        checkpoint(&barren(Pickle::new()).end()),
        Fault::Limit { what: "values to look at", .. }
    );
}

#[test]
fn cheap_operations_in_great_number() {
    let many = |count: usize, step: &[u8]| beside(|p| p.op(&step.repeat(count)));
    refuses!(many(4_000_000, b"N0"), Fault::Limit { what: "values in a pickle", .. });
    refuses!(many(4_000_000, b"20"), Fault::Limit { what: "pickle operations", .. });
    let mut puts = vec![b'N'];
    for index in 0..1_100_000u32 {
        puts.push(b'r');
        puts.extend(index.to_le_bytes());
    }
    refuses!(beside(|p| p.op(&puts)), Fault::Limit { what: "memo entries", .. });
    refuses!(
        beside(|p| p.op(b"N").op(&b"2".repeat(1_100_000))),
        Fault::Limit { what: "values on the stack", .. }
    );
    // Each of these copies or makes much from a few bytes.
    let bytes = "x".repeat(1 << 20);
    let encode = |p: Pickle| {
        let p = p.global("_codecs", "encode").op(b"q\x00").text(&bytes).op(b"\x85q\x0100");
        p.op(&b"h\x00h\x01R0".repeat(100))
    };
    refuses!(beside(encode), Fault::Limit { what: "bytes of pickle", .. });
    let pairs = |p: Pickle| {
        let p = p.global("collections", "OrderedDict").op(b"q\x00N\x85q\x020](");
        let p = p.op(&b"NN\x86".repeat(100_000)).op(b"e\x85q\x010");
        p.op(&b"h\x00h\x01R0".repeat(100_000))
    };
    refuses!(beside(pairs), Fault::Limit { what: "pickle operations", .. });
    let tensors = |p: Pickle| {
        let p = p.global("torch._utils", "_rebuild_tensor_v2").op(b"q\x00(").storage("0", 2);
        let (shape, stride) = ([1; 16], [1; 16]);
        let p = p.int(0).ints(&shape).ints(&stride).op(b"\x89}tq\x01");
        p.op(&b"h\x00h\x01R0".repeat(100_000))
    };
    refuses!(beside(tensors), Fault::Limit { what: "tensors", .. });
    let storages = |p: Pickle| (0..70_000).fold(p, |p, i| p.storage(&i.to_string(), 2).op(b"0"));
    refuses!(beside(storages), Fault::Limit { .. });
    // A long key costs two bytes each time that it is named again.
    let keyed = |length: usize, count: u32| {
        beside(|p| {
            let p = p.text("storage").op(b"q\x000").global("torch", "FloatStorage").op(b"q\x010");
            let p = p.text(&"k".repeat(length)).op(b"q\x020").text("cpu").op(b"q\x030");
            (0..count).fold(p, |p, elements| {
                p.op(b"(h\x00h\x01h\x02h\x03J").op(&elements.to_le_bytes()).op(b"tQ0")
            })
        })
    };
    refuses!(keyed(1 << 20, 300), Fault::Limit { what: "bytes in a storage's key", .. });
    refuses!(keyed(1_000, 60_000), Fault::Limit { what: "bytes of pickle", .. });
    refuses!(
        beside(|p| p.op(&[b'c'; 2_000])),
        Fault::Limit { what: "bytes in a line of a pickle", .. }
    );
    // Long names, which nested dicts would put in front of each other.
    let long = "n".repeat(2_000);
    let named = Pickle::new().op(b"}").text(&long).good().op(b"s").end();
    refuses!(checkpoint(&named), Fault::Limit { what: "bytes in a name", .. });
}

/// Each storage is held against its checksum once, so that one entry must not become many storages.
#[test]
fn one_storage_named_by_two_types_in_turn_is_two_storages() {
    let named = |p: Pickle, class: &str, put: &[u8]| {
        let p = p.op(b"(").text("storage").global("torch", class).text("0").text("cpu").int(2);
        p.op(b"t").op(put).op(b"0")
    };
    let turns = |p: Pickle| {
        let p = named(named(p, "FloatStorage", b"q\x00"), "IntStorage", b"q\x01");
        p.op(&b"h\x00Q0h\x01Q0".repeat(50_000)).op(b"N")
    };
    assert_eq!(accepted(&beside(turns)), 1);
}

#[test]
fn damage() {
    refuses!(beside(|p| p.op(b"h\x07")), Fault::Memo { index: 7, .. });
    refuses!(beside(|p| p.op(b"R")), Fault::Stack { opcode: b'R', .. });
    refuses!(checkpoint(b"\x80\x02t."), Fault::Stack { opcode: b't', .. });
    refuses!(checkpoint(b"\x80\x02."), Fault::Stack { opcode: b'.', .. });
    refuses!(checkpoint(b"\x80\x02NN."), Fault::Stack { opcode: b'.', .. });
    refuses!(checkpoint(b"\x80\x02]NNs."), Fault::Stack { opcode: b's', .. });
    refuses!(checkpoint(b"\x80\x02}(Nu."), Fault::Stack { opcode: b'u', .. });
    refuses!(checkpoint(b"\x80\x09N."), Fault::Protocol(9));
    refuses!(checkpoint(b"\x80\x02IL\n."), Fault::Number { .. });
    refuses!(checkpoint(b"\x80\x02X\x02\0\0\0\xff\xfe."), Fault::Utf8 { .. });
    refuses!(checkpoint(b"\x80\x02c\xff\nx\n."), Fault::Utf8 { .. });
    refuses!(checkpoint(b"\x80\x02X\xff\xff\xff\x7fab."), Fault::Cut { .. });
    refuses!(checkpoint(b"\x80\x02B\xff\xff\xff\xff."), Fault::Cut { .. });
    refuses!(checkpoint(b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff."), Fault::Cut { .. });
    refuses!(checkpoint(b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f."), Fault::Cut { .. });
    refuses!(checkpoint(b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xffN."), Fault::Cut { .. });
    refuses!(checkpoint(b"\x80\x02\x8b\xff\xff\xff\x7f."), Fault::Cut { .. });
    refuses!(checkpoint(b"\x80\x02"), Fault::Cut { .. });
    refuses!(checkpoint(b"\x80\x02N.N"), Fault::Trailing { extra: 1 });
    refuses!(checkpoint(b"\x80\x02N."), Fault::NoStateDict(_));
    refuses!(checkpoint(b"\x80\x02}."), Fault::NoStateDict(_));
    let single = Pickle::new().good().end();
    refuses!(checkpoint(&single), Fault::NoStateDict(what) if what.contains("without a name"));
}

#[test]
fn names() {
    let twice = Pickle::new().op(b"}(").text("w").good().text("w").good().op(b"u").end();
    refuses!(checkpoint(&twice), Fault::Duplicate(name) if name == "w");
    // One name by two ways.
    let nested = Pickle::new().op(b"}(").text("a.b").good().text("a").op(b"}").text("b").good();
    refuses!(checkpoint(&nested.op(b"su").end()), Fault::Duplicate(name) if name == "a.b");
    let number = Pickle::new().op(b"}(").text("w").good().int(3).good().op(b"u").end();
    refuses!(checkpoint(&number), Fault::Key(_));
    let bytes = Pickle::new().op(b"}(").text("w").good().op(b"U\x02\xff\xfe").good().op(b"u");
    refuses!(checkpoint(&bytes.end()), Fault::Key(_));
    let several = |p: Pickle, name: &str| p.text(name).op(b"}").text("w").good().op(b"s");
    let several = several(several(Pickle::new().op(b"}("), "generator"), "critic").op(b"u").end();
    refuses!(checkpoint(&several), Fault::Ambiguous(names) if names == ["generator", "critic"]);
}
