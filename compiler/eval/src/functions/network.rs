//! Functions of networks in CIDR notation.

use super::number::number;
use super::{Answer, Context, Fault, Function, Want, p, text, whole};
use model::{Type, Value};
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const PREFIX: super::Parameter = p("prefix", Want::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "cidrhost",
        &[PREFIX, p("number", Want::Number)],
        Want::String,
        cidrhost,
    ),
    Function::new("cidrnetmask", &[PREFIX], Want::String, cidrnetmask),
    Function::new(
        "cidrsubnet",
        &[PREFIX, p("bits", Want::Number), p("number", Want::Number)],
        Want::String,
        cidrsubnet,
    ),
    Function::new("cidrsubnets", &[PREFIX], Want::Strings, cidrsubnets)
        .variadic(p("bits", Want::Number)),
];

/// A network: its first address as a number, and how many bits are fixed of how many.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    fixed: u32,
    bits: u32,
}

impl Network {
    fn parse(a: &[Value]) -> Result<Network, Fault> {
        let refused = || {
            Fault::of(0, format!("`{}` is no network", text(a, 0)))
                .help("a network is written 10.0.0.0/8 or fd00::/8")
        };
        let (address, fixed) = text(a, 0).split_once('/').ok_or_else(refused)?;
        let address = without_zeros(address);
        let (value, bits) = match address.parse::<IpAddr>().map_err(|_| refused())? {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        let digits = !fixed.is_empty() && fixed.bytes().all(|b| b.is_ascii_digit());
        let fixed: u32 = fixed
            .parse()
            .ok()
            .filter(|f| digits && *f <= bits)
            .ok_or_else(refused)?;
        let network = Network {
            first: 0,
            fixed,
            bits,
        };
        Ok(Network {
            first: value & !network.host_mask(),
            ..network
        })
    }

    fn host_mask(self) -> u128 {
        let free = self.bits - self.fixed;
        if free == 128 {
            u128::MAX
        } else {
            (1 << free) - 1
        }
    }

    fn address(self, value: u128) -> String {
        match self.bits {
            32 => Ipv4Addr::from(value as u32).to_string(),
            _ => Ipv6Addr::from(value).to_string(),
        }
    }

    fn show(self) -> String {
        format!("{}/{}", self.address(self.first), self.fixed)
    }
}

/// Numbers of an IPv4 address are decimal, also with zeros in front.
fn without_zeros(address: &str) -> String {
    let number = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_string(),
        rest => rest.to_string(),
    };
    match address.contains(':') {
        true => address.to_string(),
        false => address.split('.').map(number).collect::<Vec<_>>().join("."),
    }
}

fn integer(a: &[Value], index: usize) -> Result<BigInt, Fault> {
    let n = number(a, index);
    if !n.is_whole() {
        return Err(Fault::of(index, "a whole number is required"));
    }
    Ok(n.decimal().with_scale(0).into_bigint_and_exponent().0)
}

/// A negative number counts from the end.
fn cidrhost(_: &Context<'_>, a: &[Value]) -> Answer {
    let network = Network::parse(a)?;
    let number = integer(a, 1)?;
    let size = BigInt::from(network.host_mask()) + 1;
    let offset = if number < BigInt::from(0) {
        &number + &size
    } else {
        number
    };
    if offset < BigInt::from(0) || offset >= size {
        return Err(Fault::of(
            1,
            format!("the network {} has no such address", network.show()),
        ));
    }
    let offset = offset.to_u128().unwrap_or(0);
    Ok(network.address(network.first | offset).into())
}

fn cidrnetmask(_: &Context<'_>, a: &[Value]) -> Answer {
    let network = Network::parse(a)?;
    if network.bits != 32 {
        return Err(Fault::of(0, "only IPv4 knows netmasks"));
    }
    Ok(network
        .address(!network.host_mask() & u128::from(u32::MAX))
        .into())
}

fn cidrsubnet(_: &Context<'_>, a: &[Value]) -> Answer {
    let network = Network::parse(a)?;
    let fixed = longer(network, a, 1, 0)?;
    let number = integer(a, 2)?;
    let count = BigInt::from(1) << (fixed - network.fixed);
    if number < BigInt::from(0) || number >= count {
        return Err(Fault::of(
            2,
            format!("there are {count} subnets, from 0 on"),
        ));
    }
    let number = number.to_u128().unwrap_or(0);
    let free = network.bits - fixed;
    let offset = if free == 128 { 0 } else { number << free };
    Ok(Network {
        first: network.first | offset,
        fixed,
        ..network
    }
    .show()
    .into())
}

fn longer(network: Network, a: &[Value], index: usize, least: i64) -> Result<u32, Fault> {
    let added = whole(a, index)?;
    let room = i64::from(network.bits - network.fixed);
    if added < least || added > room {
        return Err(Fault::of(
            index,
            format!("{least} to {room} more bits can be fixed"),
        ));
    }
    Ok(network.fixed + added as u32)
}

/// One behind the other, each at the next place where it fits.
fn cidrsubnets(_: &Context<'_>, a: &[Value]) -> Answer {
    let network = Network::parse(a)?;
    let last = network.first | network.host_mask();
    let mut next = Some(network.first);
    let mut subnets = Vec::new();
    for index in 1..a.len() {
        let fixed = longer(network, a, index, 1)?;
        let mask = Network { fixed, ..network }.host_mask();
        let full = || {
            Fault::of(
                index,
                format!("there is no room left in {}", network.show()),
            )
        };
        let aligned = next
            .and_then(|n| {
                if n & mask == 0 {
                    Some(n)
                } else {
                    (n | mask).checked_add(1)
                }
            })
            .filter(|n| *n <= last)
            .ok_or_else(full)?;
        subnets.push(Value::from(
            Network {
                first: aligned,
                fixed,
                ..network
            }
            .show(),
        ));
        next = (aligned | mask).checked_add(1);
    }
    Ok(Value::list(Type::String, subnets))
}
