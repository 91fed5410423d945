module "o" {
  source = "./o"
}
moved {
  from = terraform_data.a
  to   = module.o.module.m.terraform_data.t
}
