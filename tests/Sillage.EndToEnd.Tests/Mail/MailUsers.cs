using System.Net.Http.Json;
using System.Text.Json;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Mail;

/// <summary>What an administrator does with mails, over HTTP.</summary>
internal static class MailUsers
{
    /// <summary>Somebody with an address. Who is made by an administrator gets mail once he has confirmed it.</summary>
    public static async Task<Guid> MakeAsync(ApiClient admin, string username, string email) => (
            await admin.PostAsync(
                "/api/v1/users",
                new
                {
                    username,
                    email,
                    password = ApiClient.Password,
                    role = "member",
                }
            )
        ).GetProperty("id").GetGuid();

    /// <summary>The mails of the log that fit, as they are now.</summary>
    public static async Task<IReadOnlyList<MailLine>> LogAsync(ApiClient admin, string query = "")
    {
        var mails = new List<MailLine>();
        var next = $"/api/v1/notifications/mails?limit=500{query}";
        while (next is not null)
        {
            var page = await admin.Client.GetFromJsonAsync<JsonElement>(next);
            mails.AddRange(page.GetProperty("items").Deserialize<List<MailLine>>(JsonSerializerOptions.Web)!);
            next = page.TryGetProperty("next", out var found) ? found.GetString() : null;
        }

        return mails;
    }
}

/// <summary>A mail of the log.</summary>
internal sealed record MailLine(Guid Id, string Kind, Guid Recipient, string State, string? Detail, long Attempts);
