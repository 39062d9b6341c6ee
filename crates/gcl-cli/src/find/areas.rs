//! Which part of the pictures is looked at.

use clap::Args;
use gcl_features::areas::{AreaError, Areas, Polygon};

use crate::error::Failure;

/// Options of areas.
#[derive(Args, Debug, Clone)]
pub struct AreaArgs {
    /// Do not look at what is inside these polygons, whose corners are fractions of the picture's width and height
    /// from its upper left: `0,0 1,0 1,0.2 0,0.2`, or a file with one in each line or as JSON; may be repeated
    #[arg(long, value_name = "POLYGON|FILE")]
    ignore: Vec<String>,
    /// Look at nothing but what is inside these polygons
    #[arg(long, value_name = "POLYGON|FILE")]
    watch_region: Vec<String>,
}

impl AreaArgs {
    /// What they mean.
    pub fn areas(&self) -> Result<Areas, Failure> {
        let read = |option: &str, named: &[String]| -> Result<Vec<Polygon>, Failure> {
            let read: Result<Vec<_>, AreaError> =
                named.iter().map(|named| Polygon::read(named)).collect();
            match read {
                Ok(polygons) => Ok(polygons.concat()),
                Err(AreaError::File(error)) => Err(error.into()),
                Err(error) => Err(Failure::Usage(format!("{option}: {error}"))),
            }
        };
        let (ignored, watched) =
            (read("--ignore", &self.ignore)?, read("--watch-region", &self.watch_region)?);
        Areas::new(ignored, watched).map_err(|error| Failure::Usage(error.to_string()))
    }
}
