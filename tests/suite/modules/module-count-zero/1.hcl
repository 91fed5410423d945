module "m" {
  source = "./m"
  count  = 0
}
output "o" { value = module.m[*].out }
output "p" { value = one(module.m[*].out) }
