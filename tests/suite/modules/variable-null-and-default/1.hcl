module "m" {
  source = "./m"
  a      = null
  b      = null
}
output "o" { value = module.m.out }
