//! Tools under a common name, for dialects that know no such thing: there each has both names in one.

use crate::responses::item::Item;
use crate::responses::response::Response;
use crate::responses::tool::Tool;

/// The tools of a request that are under a common name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespaces(Vec<Member>);

#[derive(Clone, Debug)]
struct Member {
    joined: String,
    namespace: String,
    name: String,
}

impl Namespaces {
    pub(crate) fn of(tools: &[Tool]) -> Self {
        let members = tools.iter().filter_map(|tool| match tool {
            Tool::Namespace(namespace) => Some(namespace),
            _ => None,
        });
        let members = members.flat_map(|namespace| {
            namespace.tools.iter().filter_map(Tool::name).map(|name| Member {
                joined: joined(&namespace.name, name),
                namespace: namespace.name.clone(),
                name: name.to_owned(),
            })
        });
        Self(members.collect())
    }

    /// The namespace of the tool that chat completions calls so, if it has one, and its name there.
    pub(crate) fn split<'n>(&'n self, name: &'n str) -> (Option<&'n str>, &'n str) {
        match self.0.iter().find(|member| member.joined == name) {
            Some(member) => (Some(&member.namespace), &member.name),
            None => (None, name),
        }
    }
}

impl Response {
    /// Tells calls of tools in namespaces by namespace and name, as the request offers them.
    ///
    /// Chat completions has no namespaces: there each of these tools is called by both names in one.
    pub fn restore_namespaces(&mut self, tools: &[Tool]) {
        let namespaces = Namespaces::of(tools);
        for item in self.output.iter_mut().flatten() {
            let (namespace, name) = match item {
                Item::FunctionCall(call) => (&mut call.namespace, &mut call.name),
                Item::CustomToolCall(call) => (&mut call.namespace, &mut call.name),
                _ => continue,
            };
            let (found, own) = namespaces.split(name);
            if let Some(found) = found {
                *namespace = Some(found.to_owned());
                *name = own.to_owned();
            }
        }
    }
}

/// Both names in one, in the way in which tools of MCP servers are usually named.
pub(crate) fn joined(namespace: &str, name: &str) -> String {
    format!("{namespace}__{name}")
}
