# Toolchain of the classic Bela's processor, by Debian's cross compiler; tests run under qemu-arm.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7a)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(CMAKE_CXX_FLAGS_INIT "-march=armv7-a -mtune=cortex-a8 -mfpu=neon -mfloat-abi=hard -fno-schedule-insns")
find_program(qemu NAMES qemu-arm-static qemu-arm)
set(CMAKE_CROSSCOMPILING_EMULATOR ${qemu} -cpu cortex-a8)
