module "n" {
  source = "./m"
}
moved {
  from = terraform_data.a
  to   = module.m.terraform_data.t
}
moved {
  from = module.m
  to   = module.n
}
