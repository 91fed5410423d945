module "m" {
  source = "./m"
}
locals { e = module.m.e }
output "o" { value = ephemeralasnull(local.e) }
