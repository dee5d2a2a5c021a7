//! The tasks as they are called, one module per task, in one program.

mod codegen;
mod published;
mod root;
mod survey;
