module "m" {
  source   = "./m"
  for_each = toset(["b", "c"])
}
moved {
  from = module.m["a"]
  to   = module.m["c"]
}
