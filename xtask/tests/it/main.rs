//! The tasks as they are called, one module per task, in one program; and what holds for the code of the workspace.

mod codegen;
mod cycles;
mod published;
mod root;
mod survey;
