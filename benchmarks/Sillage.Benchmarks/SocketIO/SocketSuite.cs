using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.SocketIO.Cases;

namespace Sillage.Benchmarks.SocketIO;

/// <summary>This library's server next to Node's, with the same clients.</summary>
internal static class SocketSuite
{
    private static readonly Dictionary<string, Func<SocketGround, IAsyncEnumerable<Sheet>>> Cases = new()
    {
        ["rooms"] = Rooms.RunAsync,
        ["open"] = OpenRooms.RunAsync,
        ["connect"] = Connects.RunAsync,
        ["memory"] = IdleMemory.RunAsync,
        ["soak"] = Soak.RunAsync,
        ["watched"] = Watched.RunAsync,
    };

    private static readonly string[] OnlyByName = ["soak", "watched"];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var ground = SocketGround.Parse(arguments);
        IReadOnlyList<string> chosen =
            ground.Only.Count > 0 ? ground.Only : [.. Cases.Keys.Where(name => !OnlyByName.Contains(name))];
        if (chosen.FirstOrDefault(name => !Cases.ContainsKey(name)) is { } unknown)
        {
            Console.Error.WriteLine($"No case \"{unknown}\". There are: {string.Join(", ", Cases.Keys)}.");
            return 2;
        }

        var file = ground.File(Machine.Here.Slug);
        var results = new Results(
            file,
            new Preface(
                "Socket.IO",
                ground.Commit,
                ground.Described,
                "Latency is that of a delivery, from when its broadcast was sent (open loop: should have been sent) to when the "
                    + "client has read it. Processor time is the server's own, user and system; the kernel's work for both "
                    + "ends of a loopback connection is in the sender's."
            )
        );
        try
        {
            foreach (var name in chosen)
            {
                await foreach (var sheet in Cases[name](ground))
                {
                    Screen.Write(sheet);
                    results.Add([sheet]);
                }
            }
        }
        catch (InvalidOperationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            foreach (var log in Directory.GetFiles(ground.Folder, "*.log"))
            {
                await Console.Error.WriteLineAsync($"— {Path.GetFileName(log)}");
                await Console.Error.WriteLineAsync(string.Join('\n', File.ReadLines(log).TakeLast(15)));
            }

            return 1;
        }
        finally
        {
            ServerProcess.EndAll();
        }

        if (File.Exists(file))
        {
            Console.WriteLine($"Written: {Path.GetRelativePath(ground.Repository, file)}");
        }

        return 0;
    }
}
