module "o" {
  source = "./o"
  n      = 5
}
output "x" { value = module.o.out }
