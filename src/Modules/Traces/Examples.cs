using System.Text.Json;

namespace Sillage.Traces;

/// <summary>What the examples in the API's description have in common: one study, from its making to its export.</summary>
internal static class Examples
{
    public static readonly DateTimeOffset Time = new(2026, 11, 20, 9, 30, 0, 250, TimeSpan.Zero);

    public static readonly Guid Account = new("01935a2e-1111-7a61-9a5b-3c2f1e0d4b58");

    public static JsonElement Number(int value) => JsonSerializer.SerializeToElement(value);
}
