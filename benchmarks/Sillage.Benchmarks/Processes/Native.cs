using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sillage.Benchmarks.Processes;

/// <summary>What the framework has no call for.</summary>
internal static partial class Native
{
    private const int Terminate = 15;

    /// <summary>Asks a process to end (SIGTERM).</summary>
    public static void AskToEnd(int process) => _ = Kill(process, Terminate);

    /// <summary>Has the system write to its disks whatever it holds back.</summary>
    public static void WriteBack() => Sync();

    /// <summary>Sleeps, to a few ten microseconds, until the stopwatch shows the given timestamp.</summary>
    public static void SleepUntil(long timestamp)
    {
        while (timestamp - Stopwatch.GetTimestamp() is > 0 and var left)
        {
            // A stopwatch's tick is a nanosecond on Linux; rates here are above one a second.
            var time = new TimeSpec { Seconds = 0, Nanoseconds = Math.Min(left, 999_999_999) };
            _ = NanoSleep(ref time, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Sync();

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(ref TimeSpec time, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public long Nanoseconds;
    }
}
