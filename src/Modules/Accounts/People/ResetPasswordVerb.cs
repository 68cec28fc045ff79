using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;

namespace Sillage.Accounts.People;

/// <summary><c>sillage reset-password USERNAME</c>: the way back in for an administrator who lost the password.</summary>
internal static class ResetPasswordVerb
{
    public static Command Create(IVerbHost host)
    {
        var username = new Argument<string>("USERNAME") { Description = "Whose password it is." };
        var removeFactor = new Option<bool>("--remove-second-factor")
        {
            Description = "Take the second factor away too: the new password alone opens the account.",
        };
        var verb = new Verb(
            "reset-password",
            "Give an account a new password, unlock it and end its sessions; the server must be stopped. "
                + "For others than the last administrator, an administrator can do it through the API.",
            ("sillage reset-password admin", "prints the new password, once"),
            (
                "sillage reset-password admin --remove-second-factor",
                "for who has lost the app and the recovery codes too"
            ),
            ("sillage reset-password admin --data /var/lib/sillage", "with the data elsewhere")
        )
        {
            username,
            removeFactor,
        };
        host.Does(
            verb,
            async (services, parsed, ct) =>
            {
                var reset =
                    services.GetService<PasswordReset>()
                    ?? throw new SettingsException(
                        "the accounts are not among the chosen modules; add accounts to the setting Modules."
                    );
                await services.OpenStorageAsync(ct);
                var name = parsed.GetRequiredValue(username);
                var password =
                    await reset.ResetAsync(name, parsed.GetValue(removeFactor), ct)
                    ?? throw new SettingsException(
                        $"nobody here is called {name}. Check the spelling, and the data with --data."
                    );
                Console.WriteLine(password);
                return ExitCode.Done;
            }
        );
        return verb;
    }
}
