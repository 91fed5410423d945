module "m" {
  source = "./m"
  count  = 2
  n      = count.index
}
output "o" { value = module.m[*].out }
