//! The configuration beside what is recorded: what its names stand for now, for who asks ad hoc.
//! Nothing is read, and nothing is planned.

use crate::Input;
use crate::graph::Item;
use crate::left_out::Found;
use crate::pass::{InstanceId, Pass, ResourceValue};
use crate::scope::Names;
use crate::sites::SiteId;
use config::{Resource, ResourceKey};
use diagnostics::Problem;
use eval::Expr;
use model::{ResourceAddress, Type, Value};
use std::collections::BTreeMap;

/// Everything evaluated as far as is known without a plan: resources are what is recorded of
/// them, and known after apply where nothing is.
pub struct Scene<'a> {
    pass: Pass<'a>,
}

impl<'a> Scene<'a> {
    /// Evaluates all names.
    pub fn new(input: &'a Input<'a>) -> Scene<'a> {
        let mut pass = Pass::new(input, Found::default());
        pass.moves();
        for (rank, (site, item)) in input.prepared.nodes.iter().enumerate() {
            match item {
                Item::Variable(name) => pass.variable(*site, name),
                Item::Local(name) => pass.local(*site, name),
                Item::Output(name) => pass.output(*site, name),
                Item::Call(name) => pass.expand_call(rank, *site, name),
                Item::Resource(key) => pass.recall(*site, key),
                Item::Serve => pass.serve(rank, *site),
                Item::Provider(_) | Item::Check(_) => {}
            }
        }
        pass.recall_outputs();
        Scene { pass }
    }

    /// The value of an expression that stands in the root module.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn evaluate(&self, expr: &Expr) -> Result<Value, Problem> {
        let none = BTreeMap::new();
        let names = Names {
            pass: &self.pass,
            module: 0,
            each: &none,
            this: None,
        };
        eval::evaluate(expr, &names, self.pass.input.world)
    }

    /// What was wrong in the configuration's own expressions; what they stand for is unknown.
    pub fn problems(&self) -> &[Problem] {
        self.pass.sink.problems()
    }
}

impl Pass<'_> {
    /// Takes the root's outputs as they are recorded where they can't be told: data sources are not
    /// read.
    fn recall_outputs(&mut self) {
        for (name, recorded) in &self.input.state.outputs {
            let output = self.modules[0].outputs.get_mut(name);
            if let Some(value) = output.filter(|value| value.has_unknown()) {
                *value = match recorded.sensitive {
                    true => self.input.world.fingerprints.conceal(&recorded.value),
                    false => recorded.value.clone(),
                };
            }
        }
    }

    /// Takes a resource as it is recorded.
    fn recall(&mut self, site: SiteId, key: &ResourceKey) {
        let resource = &self.prepared().module(self.input.config, site).resources[key];
        for id in self.of_site[site].clone() {
            let value = self.recalled(id, resource);
            self.modules[id].resources.insert(key.clone(), value);
        }
    }

    fn recalled(&mut self, module: InstanceId, resource: &Resource) -> ResourceValue {
        let address = ResourceAddress {
            module: self.modules[module].path.clone(),
            mode: resource.mode,
            ty: resource.ty.clone(),
            name: resource.name.clone(),
        };
        let repetition = Pass::repetition(&resource.repeat);
        let Ok((_, expanded)) = self.expand(&resource.repeat, module) else {
            return ResourceValue {
                repetition,
                instances: Vec::new(),
                value: Value::unknown(Type::Any),
            };
        };
        let addresses = expanded
            .into_iter()
            .map(|(key, _)| (key.clone(), address.instance(key)));
        let instances: Vec<_> = addresses.collect();
        let values = instances
            .iter()
            .map(|(key, address)| (key.clone(), self.as_recorded(address)));
        let value = repetition.collect(values.collect::<Vec<_>>());
        ResourceValue {
            repetition,
            instances,
            value,
        }
    }
}
