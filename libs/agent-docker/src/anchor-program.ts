import { ANCHOR_SOCKET_PATH } from './anchor-paths.js';

/*
 * The program that a container with `protocol: exec` runs in the place of its image's own, as its process 1: it keeps
 * the container alive, whatever the image has or lacks, and signals the processes of commands for the host. It waits at
 * a socket in the agent's directory; who connects and sends one byte has that signal sent to all other processes of
 * the container (`kill(-1, byte)`, 0 to ask only) and gets one byte: 0, or the error's number (3, ESRCH: there are none).
 *
 * A static ELF file of one segment that is written here, for no image can be relied on to have anything, and a compiler
 * would be one more thing to need and to trust. As a C program:
 *
 *     int main(void) {
 *       if (getpid() != 1) exit(1);                  // anywhere else, kill(-1) would be a disaster
 *       umask(0);                                    // the host's keeper may be another user
 *       sigaction(SIGCHLD, SIG_IGN);                 // orphans are reaped by the kernel
 *       sigaction(SIGTERM, exit);                    // process 1 ignores it otherwise
 *       int s = socket(AF_UNIX, SOCK_STREAM, 0);
 *       if (bind(s, &address, 32)) exit(1);
 *       listen(s, 16);
 *       for (;;) {
 *         int c = accept(s, 0, 0);
 *         unsigned char byte;
 *         if (read(c, &byte, 1) == 1) { byte = -kill(-1, byte); write(c, &byte, 1); }
 *         close(c);
 *       }
 *     }
 */

const BASE = 0x400000;
const HEADERS = 64 + 56;
const SA_RESTORER = 0x04000000n;
/** `exit` comes first. */
const CODE = HEADERS + 32 + 32 + 32;

interface Machine {
  /** ELF's number of it. */
  id: number;
  /** How far behind {@link CODE} the program begins. */
  entry: number;
  /** Hexadecimal bytes, and what they mean behind a semicolon. */
  code: string;
}

const X64: Machine = {
  id: 62,
  entry: 0x16,
  code: `
    bf 01 00 00 00       ; exit:  mov edi, 1
    6a 3c 58 0f 05       ;        exit(edi)                 (number 60)
    31 d2                ; sigaction: xor edx, edx
    6a 08 41 5a          ;        mov r10, 8
    6a 0d 58 0f 05       ;        rt_sigaction(rdi, rsi, 0, 8)  (13)
    c3                   ;        ret
    6a 27 58 0f 05       ; start: getpid()                  (39)
    ff c8                ;        dec eax
    75 e1                ;        jnz exit
    31 ff                ;        xor edi, edi
    6a 5f 58 0f 05       ;        umask(0)                  (95)
    6a 11 5f             ;        mov rdi, SIGCHLD
    48 8d 35 70 ff ff ff ;        lea rsi, ignore
    e8 d5 ff ff ff       ;        call sigaction
    6a 0f 5f             ;        mov rdi, SIGTERM
    48 8d 35 81 ff ff ff ;        lea rsi, end
    e8 c6 ff ff ff       ;        call sigaction
    6a 01 5f             ;        mov rdi, AF_UNIX
    6a 01 5e             ;        mov rsi, SOCK_STREAM
    31 d2                ;        xor edx, edx
    6a 29 58 0f 05       ;        socket(rdi, rsi, 0)       (41)
    89 c3                ;        mov ebx, eax
    89 df                ;        mov edi, ebx
    48 8d 35 84 ff ff ff ;        lea rsi, address
    6a 20 5a             ;        mov rdx, 32
    6a 31 58 0f 05       ;        bind(ebx, rsi, rdx)       (49)
    85 c0                ;        test eax, eax
    75 98                ;        jnz exit
    89 df                ;        mov edi, ebx
    6a 10 5e             ;        mov rsi, 16
    6a 32 58 0f 05       ;        listen(ebx, rsi)          (50)
    89 df                ; next:  mov edi, ebx
    31 f6                ;        xor esi, esi
    31 d2                ;        xor edx, edx
    6a 2b 58 0f 05       ;        accept(ebx, 0, 0)         (43)
    89 c5                ;        mov ebp, eax
    89 ef                ;        mov edi, ebp
    48 89 e6             ;        mov rsi, rsp
    6a 01 5a             ;        mov rdx, 1
    31 c0                ;        xor eax, eax
    0f 05                ;        read(ebp, rsp, 1)         (0)
    ff c8                ;        dec eax
    75 1e                ;        jnz close
    6a ff 5f             ;        mov rdi, -1
    0f b6 34 24          ;        movzx esi, byte [rsp]
    6a 3e 58 0f 05       ;        kill(-1, esi)             (62)
    f7 d8                ;        neg eax
    88 04 24             ;        mov [rsp], al
    89 ef                ;        mov edi, ebp
    48 89 e6             ;        mov rsi, rsp
    6a 01 5a             ;        mov rdx, 1
    6a 01 58 0f 05       ;        write(ebp, rsp, 1)        (1)
    89 ef                ; close: mov edi, ebp
    6a 03 58 0f 05       ;        close(ebp)                (3)
    eb bc                ;        jmp next
  `,
};

const ARM64: Machine = {
  id: 183,
  entry: 0x20,
  // Each instruction is four bytes, the lowest first.
  code: `
    20 00 80 d2 ; exit:  mov x0, 1
    a8 0b 80 d2 ;        mov x8, 93
    01 00 00 d4 ;        exit(x0)
    02 00 80 d2 ; sigaction: mov x2, 0
    03 01 80 d2 ;        mov x3, 8
    c8 10 80 d2 ;        mov x8, 134
    01 00 00 d4 ;        rt_sigaction(x0, x1, 0, 8)
    c0 03 5f d6 ;        ret
    88 15 80 d2 ; start: mov x8, 172
    01 00 00 d4 ;        getpid()
    1f 04 00 f1 ;        cmp x0, 1
    a1 fe ff 54 ;        b.ne exit
    00 00 80 d2 ;        mov x0, 0
    c8 14 80 d2 ;        mov x8, 166
    01 00 00 d4 ;        umask(0)
    20 02 80 d2 ;        mov x0, SIGCHLD
    01 fb ff 10 ;        adr x1, ignore
    f2 ff ff 97 ;        bl sigaction
    e0 01 80 d2 ;        mov x0, SIGTERM
    a1 fb ff 10 ;        adr x1, end
    ef ff ff 97 ;        bl sigaction
    20 00 80 d2 ;        mov x0, AF_UNIX
    21 00 80 d2 ;        mov x1, SOCK_STREAM
    02 00 80 d2 ;        mov x2, 0
    c8 18 80 d2 ;        mov x8, 198
    01 00 00 d4 ;        socket(x0, x1, 0)
    f3 03 00 aa ;        mov x19, x0
    a1 fb ff 10 ;        adr x1, address
    02 04 80 d2 ;        mov x2, 32
    08 19 80 d2 ;        mov x8, 200
    01 00 00 d4 ;        bind(x19, x1, 32)
    20 fc ff b5 ;        cbnz x0, exit
    e0 03 13 aa ;        mov x0, x19
    01 02 80 d2 ;        mov x1, 16
    28 19 80 d2 ;        mov x8, 201
    01 00 00 d4 ;        listen(x19, 16)
    e0 03 13 aa ; next:  mov x0, x19
    01 00 80 d2 ;        mov x1, 0
    02 00 80 d2 ;        mov x2, 0
    48 19 80 d2 ;        mov x8, 202
    01 00 00 d4 ;        accept(x19, 0, 0)
    f4 03 00 aa ;        mov x20, x0
    e1 03 00 91 ;        mov x1, sp
    22 00 80 d2 ;        mov x2, 1
    e8 07 80 d2 ;        mov x8, 63
    01 00 00 d4 ;        read(x20, sp, 1)
    1f 04 00 f1 ;        cmp x0, 1
    81 01 00 54 ;        b.ne close
    e1 03 40 39 ;        ldrb w1, [sp]
    00 00 80 92 ;        mov x0, -1
    28 10 80 d2 ;        mov x8, 129
    01 00 00 d4 ;        kill(-1, w1)
    e0 03 00 cb ;        neg x0, x0
    e0 03 00 39 ;        strb w0, [sp]
    e0 03 14 aa ;        mov x0, x20
    e1 03 00 91 ;        mov x1, sp
    22 00 80 d2 ;        mov x2, 1
    08 08 80 d2 ;        mov x8, 64
    01 00 00 d4 ;        write(x20, sp, 1)
    e0 03 14 aa ; close: mov x0, x20
    28 07 80 d2 ;        mov x8, 57
    01 00 00 d4 ;        close(x20)
    e6 ff ff 17 ;        b next
  `,
};

const MACHINES: Partial<Record<NodeJS.Architecture, Machine>> = { x64: X64, arm64: ARM64 };

/** The program for this kind of machine, whose kernel the containers share. @throws where there is none for it */
export function anchorProgram(architecture: NodeJS.Architecture = process.arch): Buffer {
  const machine = MACHINES[architecture];
  if (!machine) throw new Error(`"protocol": "exec" is not there for containers on ${architecture}`);
  const code = Buffer.from(machine.code.replace(/;.*$|\s/gm, ''), 'hex');
  const size = CODE + code.length;
  return Buffer.concat([elfHeader(machine), programHeader(size), data(), code]);
}

function elfHeader({ id, entry }: Machine): Buffer {
  const header = Buffer.alloc(64);
  // 64 bits, the lowest byte first, version 1.
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(2, 16); // e_type: an executable at fixed addresses
  header.writeUInt16LE(id, 18); // e_machine
  header.writeUInt32LE(1, 20); // e_version
  header.writeBigUInt64LE(BigInt(BASE + CODE + entry), 24); // e_entry
  header.writeBigUInt64LE(64n, 32); // e_phoff: the program header follows
  header.writeUInt16LE(64, 52); // e_ehsize
  header.writeUInt16LE(56, 54); // e_phentsize
  header.writeUInt16LE(1, 56); // e_phnum
  return header;
}

/** The whole file is one segment that can be read and run, but not written. */
function programHeader(size: number): Buffer {
  const header = Buffer.alloc(56);
  header.writeUInt32LE(1, 0); // p_type: PT_LOAD
  header.writeUInt32LE(5, 4); // p_flags: read, execute
  header.writeBigUInt64LE(BigInt(BASE), 16); // p_vaddr
  header.writeBigUInt64LE(BigInt(BASE), 24); // p_paddr
  header.writeBigUInt64LE(BigInt(size), 32); // p_filesz
  header.writeBigUInt64LE(BigInt(size), 40); // p_memsz
  header.writeBigUInt64LE(0x10000n, 48); // p_align: the largest page of either machine
  return header;
}

/** Two `struct sigaction` of the kernel, handler, flags, restorer and mask; and the address of the socket. */
function data(): Buffer {
  const ignore = Buffer.alloc(32);
  ignore.writeBigUInt64LE(1n, 0); // SIG_IGN
  const end = Buffer.alloc(32);
  const exit = BigInt(BASE + CODE);
  end.writeBigUInt64LE(exit, 0);
  end.writeBigUInt64LE(SA_RESTORER, 8); // without it the kernel of x86-64 calls no handler
  end.writeBigUInt64LE(exit, 16);
  const address = Buffer.alloc(32);
  address.writeUInt16LE(1, 0); // AF_UNIX
  address.write(ANCHOR_SOCKET_PATH, 2);
  return Buffer.concat([ignore, end, address]);
}
