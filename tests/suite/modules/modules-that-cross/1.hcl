module "m" {
  source = "./x"
  a      = 1
  b      = module.n.a
}
module "n" {
  source = "./x"
  a      = module.m.a
  b      = 1
}
output "o" { value = [module.m.b, module.n.b] }
