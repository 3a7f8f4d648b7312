.globl _start
.option norvc
_start:
 addi sp,sp,-64
 li a0,0
 mv a1,sp
 li a2,56
 li a7,63
 ecall
 li a0,0
 mv a1,sp
 li a7,112
 ecall
 mv s0,a0
 li a0,1
 lui a1,0x40085
 addi a1,a1,0x203
 addi a2,sp,16
 li a7,29
 ecall
 or s0,s0,a0
 li a0,1
 lui a1,0x5
 addi a1,a1,0x207
 ecall
 mv a0,s0
 li a7,93
 ecall
