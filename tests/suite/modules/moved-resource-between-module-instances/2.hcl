module "m" {
  source   = "./m"
  for_each = toset(["b", "c"])
}
moved {
  from = module.m["a"].terraform_data.t
  to   = module.m["c"].terraform_data.t
}
