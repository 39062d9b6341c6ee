//! The cells of a figure: run, found again, and read.

use std::path::PathBuf;

use gcl_bench::{Cell, CellOptions, CellResult, OpenData, Plan, PresetChoice, Variant};
use gcl_train::{Method, Model};

use super::ReproduceArgs;
use crate::error::{Done, Failure};
use crate::sweep::{prepare, run_shown};

/// What all cells of a figure share.
pub struct Study<'a> {
    plan: Plan,
    cells: PathBuf,
    /// The data.
    pub data: OpenData,
    /// How cells are run.
    pub options: CellOptions<'a>,
    /// Whether every cell was run.
    pub complete: bool,
}

/// A finished cell and its folder.
pub struct Finished {
    /// The result.
    pub result: CellResult,
    /// The run's folder.
    pub folder: PathBuf,
}

impl<'a> Study<'a> {
    /// Opens the data.
    pub fn open(
        args: &ReproduceArgs,
        seeds: Vec<u64>,
        options: CellOptions<'a>,
    ) -> Result<Study<'a>, Failure> {
        let set = args.data.data_set()?;
        let plan = Plan {
            data: vec![set],
            methods: vec![Method::GclB],
            presets: vec![args.preset],
            variants: vec![Variant { name: String::new(), settings: args.set.clone() }],
            seeds,
        };
        let (_, mut opened) = prepare(&plan)?;
        let data = opened.pop().ok_or_else(|| Failure::Usage("no data".to_owned()))?;
        Ok(Study { plan, cells: args.out.join("cells"), data, options, complete: true })
    }

    /// Runs methods under variants of the user's settings, or takes what is finished; in order of
    /// method, variant and seed.
    pub fn run(
        &mut self,
        methods: &[Method],
        variants: &[Variant],
    ) -> Result<Vec<Finished>, Failure> {
        let base = self.plan.variants.first().map(|v| v.settings.clone()).unwrap_or_default();
        let with_base = |variant: &Variant| Variant {
            name: variant.name.clone(),
            settings: [&base[..], &variant.settings[..]].concat(),
        };
        let plan = Plan {
            methods: methods.to_vec(),
            variants: variants.iter().map(with_base).collect(),
            ..self.plan.clone()
        };
        let cells = plan.cells(|_| self.data.preset())?;
        let pairs: Vec<(&Cell, &OpenData)> = cells.iter().map(|cell| (cell, &self.data)).collect();
        if run_shown(&pairs, &self.cells, &self.options)? == Done::WithSkips {
            self.complete = false;
        }
        let mut finished = Vec::new();
        for cell in &cells {
            let folder = self.cells.join(cell.name());
            if let Some(result) = CellResult::read(&folder)? {
                finished.push(Finished { result, folder });
            }
        }
        match finished.is_empty() {
            true => Err(Failure::Data("no run was finished".to_owned())),
            false => Ok(finished),
        }
    }

    /// One method as the user's settings have it, for its first seed.
    pub fn one(&mut self, method: Method) -> Result<Finished, Failure> {
        self.plan.seeds.truncate(1);
        let mut found = self.run(&[method], &[Variant::default()])?;
        found.pop().ok_or_else(|| Failure::Data(format!("{method} was not finished")))
    }

    /// A finished cell's model.
    pub fn model(&self, cell: &Finished) -> Result<Model, Failure> {
        Ok(Model::load(&cell.folder, &self.options.device)?)
    }

    /// What the figure is of, in a line.
    pub fn subtitle(&self) -> String {
        let seeds = self.plan.seeds.len();
        let preset = match self.plan.presets.first() {
            Some(PresetChoice::Fixed(preset)) => *preset,
            _ => self.data.preset(),
        };
        let settings = self.plan.variants.first().map(|v| v.settings.join(", "));
        let videos = |n: usize| format!("{n} video{}", if n == 1 { "" } else { "s" });
        let settings = settings.filter(|s| !s.is_empty()).map(|s| format!(", {s}"));
        format!(
            "{}: trained on {} segments of {}, judged on {}; preset {}{}, {} seed{}",
            self.data.name,
            self.data.train.total(),
            videos(self.data.train.videos().len()),
            videos(self.data.test.videos.len()),
            preset,
            settings.unwrap_or_default(),
            seeds,
            if seeds == 1 { "" } else { "s" },
        )
    }
}
