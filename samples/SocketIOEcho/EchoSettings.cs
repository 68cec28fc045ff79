using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SocketIOEcho;

/// <summary>The sample's flags; times are in milliseconds.</summary>
internal sealed record EchoSettings(
    int Port,
    TimeSpan PingInterval,
    TimeSpan PingTimeout,
    int MaxHttpBufferSize,
    TimeSpan ConnectTimeout
)
{
    private const string Usage = """
        SocketIOEcho: an Engine.IO server at /engine.io/ and a Socket.IO server at /socket.io/ that echo what they get.

          --port N                    port on localhost                          3000
          --ping-interval MS          from one ping to the next                  25000
          --ping-timeout MS           how long a pong may take                   20000
          --max-http-buffer-size N    largest message, in bytes                  1000000
          --connect-timeout MS        how long a client may join no namespace    45000
        """;

    public static bool TryParse(
        string[] args,
        [NotNullWhen(true)] out EchoSettings? settings,
        [NotNullWhen(false)] out string? error
    )
    {
        var values = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["port"] = 3000,
            ["ping-interval"] = 25_000,
            ["ping-timeout"] = 20_000,
            ["max-http-buffer-size"] = 1_000_000,
            ["connect-timeout"] = 45_000,
        };
        settings = null;
        for (var i = 0; i < args.Length; i++)
        {
            var parts = args[i].Split('=', 2);
            var name = parts[0].StartsWith("--", StringComparison.Ordinal) ? parts[0][2..] : "";
            var value =
                parts.Length == 2 ? parts[1]
                : i + 1 < args.Length ? args[++i]
                : "";
            if (
                !values.ContainsKey(name)
                || !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            )
            {
                error = args[0] is "--help" or "-h" ? Usage : $"Cannot use '{args[i]}'.\n\n{Usage}";
                return false;
            }

            values[name] = number;
        }

        error = null;
        settings = new EchoSettings(
            values["port"],
            TimeSpan.FromMilliseconds(values["ping-interval"]),
            TimeSpan.FromMilliseconds(values["ping-timeout"]),
            values["max-http-buffer-size"],
            TimeSpan.FromMilliseconds(values["connect-timeout"])
        );
        return true;
    }
}
