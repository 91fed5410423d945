//! Looks at what has no instances yet as if it had one, of which nothing is known: only for what
//! is wrong in it whatever its values are. Nothing of it comes into a plan.

use crate::graph::Rank;
use crate::pass::{InstanceId, ModuleInstance, Pass};
use crate::resource::Block;
use crate::sites::SiteId;
use config::Repeat;
use eval::Reference;
use model::{BlockSchema, CallName, Mode, Type, Value};
use std::collections::BTreeMap;

impl<'a> Pass<'a> {
    /// Evaluates the body of a resource.
    pub(crate) fn try_body(&mut self, block: &Block<'_>) {
        let Some(schema) = self.schema_of(block.resource.mode, &block.resource.ty) else {
            return;
        };
        let each = any_instance(&block.resource.repeat);
        let Some(written) = self.try_evaluate(&block.body, block.module, &each) else {
            return;
        };
        let header = block.resource.span;
        if let Some(config) = self.shaped(schema, &block.body, written, header) {
            self.required(schema, block, &config);
        }
    }

    /// Makes an instance of a call that nothing refers to.
    pub(crate) fn try_call(
        &mut self,
        (rank, parent, child): (Rank, InstanceId, SiteId),
        name: &CallName,
        repeat: &Repeat,
    ) {
        let id = self.modules.len();
        self.modules.push(ModuleInstance {
            path: self.modules[parent].path.child(name.clone(), None),
            parent: Some(parent),
            site: child,
            each: any_instance(repeat),
            ..ModuleInstance::default()
        });
        self.called(rank, id);
        self.of_site[child].push(id);
    }

    fn schema_of(&self, mode: Mode, ty: &str) -> Option<&'a BlockSchema> {
        let providers = self.input.providers;
        match mode {
            Mode::Managed => providers.resource(ty).map(|(_, schema)| &schema.block),
            Mode::Data => providers.data(ty).map(|(_, schema)| &schema.block),
            Mode::Ephemeral => providers.ephemeral(ty).map(|(_, schema)| &schema.block),
        }
    }
}

/// What `each` and `count` stand for where that may be anything.
fn any_instance(repeat: &Repeat) -> BTreeMap<Reference, Value> {
    match repeat {
        Repeat::Once => BTreeMap::new(),
        Repeat::Count(_) => BTreeMap::from([(Reference::CountIndex, Value::unknown(Type::Number))]),
        Repeat::ForEach(_) => BTreeMap::from([
            (Reference::EachKey, Value::unknown(Type::String)),
            (Reference::EachValue, Value::unknown(Type::Any)),
        ]),
    }
}
