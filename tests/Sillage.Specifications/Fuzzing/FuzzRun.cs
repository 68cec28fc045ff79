using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Sillage.Specifications.Fuzzing;

/// <summary>
/// The program of a project of targets: <c>TARGET [SECONDS] [SEED]</c> mutates the target's corpus and feeds it until time is
/// up. What makes the target fail is cut down as far as it still fails and written into the corpus, where the regression test
/// finds it from then on.
/// </summary>
public static class FuzzRun
{
    /// <summary>Runs one target.</summary>
    /// <returns>0 if nothing was found, 1 if something was, 2 if the arguments are not understood.</returns>
    public static int Main(string project, IReadOnlyList<FuzzTarget> targets, string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args is not [var name, ..] || targets.FirstOrDefault(target => target.Name == name) is not { } target)
        {
            Console.Error.WriteLine(
                $"usage: TARGET [SECONDS] [SEED], TARGET one of {string.Join(", ", targets.Select(one => one.Name))}"
            );
            return 2;
        }

        var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60;
        var seed = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : Environment.TickCount;
        var corpus = new FuzzCorpus(project, targets);
        var mutator = new Mutator(corpus.Inputs(name), target.Tokens, seed);
        var clock = Stopwatch.StartNew();
        long runs = 0;
        for (; clock.Elapsed.TotalSeconds < seconds; runs++)
        {
            var input = mutator.Next();
            if (Fault(target, input) is { } fault)
            {
                var least = CutDown(target, input, fault.GetType());
                var digest = Convert.ToHexStringLower(SHA256.HashData(least))[..12];
                var file = Path.Combine(corpus.FolderOf(name), $"found-{digest}");
                File.WriteAllBytes(file, least);
                Console.Error.WriteLine($"{file}: {Fault(target, least)}");
                return 1;
            }
        }

        Console.WriteLine($"{name}: {runs} inputs, seed {seed}, nothing found");
        return 0;
    }

    private static Exception? Fault(FuzzTarget target, byte[] input)
    {
#pragma warning disable CA1031 // Whatever a target throws is the find.
        try
        {
            target.Run(input);
            return null;
        }
        catch (Exception found)
        {
            return found;
        }
#pragma warning restore CA1031
    }

    // Leaves out whatever can be left out, in ever smaller pieces.
    private static byte[] CutDown(FuzzTarget target, byte[] input, Type fault)
    {
        for (var piece = input.Length / 2; piece > 0; piece /= 2)
        {
            for (var at = 0; at + piece <= input.Length; )
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + piece)];
                if (Fault(target, shorter)?.GetType() == fault)
                {
                    input = shorter;
                }
                else
                {
                    at += piece;
                }
            }
        }

        return input;
    }
}
