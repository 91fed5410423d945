module "m" {
  source = "./m"
  n      = module.n.out
}
module "n" {
  source = "./m"
  n      = module.m.out
}
