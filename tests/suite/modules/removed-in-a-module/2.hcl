removed {
  from = module.m.terraform_data.t
  lifecycle {
    destroy = false
  }
}
module "m" {
  source = "./n"
}
