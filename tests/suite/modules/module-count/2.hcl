module "m" {
  source = "./m"
  count  = 1
  n      = count.index
}
output "o" { value = module.m[*].out }
