using System.Text.Json;
using Sillage.Api.Formats;

namespace Sillage.Hosting.SocketIO;

/// <summary>How values go out live: as they do by REST.</summary>
internal static class LiveJson
{
    public static JsonElement Of<T>(T value) => JsonSerializer.SerializeToElement(value, Json.Options);
}
