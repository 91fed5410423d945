module "o" {
  source = "./o"
  n      = 6
}
output "x" { value = module.o.out }
