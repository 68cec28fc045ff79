using Microsoft.Extensions.DependencyInjection;
using Sillage.Notifications.Contracts;

namespace Sillage.Accounts.Addresses;

/// <summary>The mails that accounts ask for. They concern security: nobody switches them off.</summary>
internal static class AccountKinds
{
    public static NotificationKind Welcome { get; } =
        new(
            "accounts.welcome",
            new(
                "Welcome",
                "Welcome to {{ site }}",
                "Hello {{ name }},\n\nyour account {{ username }} is there. Please confirm that this address is yours; the link counts for three "
                    + "days.\n\nIf it was not you who registered, you need do nothing.",
                "Confirm this address"
            ),
            new(
                "Bienvenue",
                "Bienvenue sur {{ site }}",
                "Bonjour {{ name }},\n\nvotre compte {{ username }} est créé. Merci de confirmer que cette adresse est la vôtre ; le lien vaut trois "
                    + "jours.\n\nSi vous n'avez pas créé de compte, il n'y a rien à faire.",
                "Confirmer cette adresse"
            )
        )
        {
            Channels = NotificationChannels.Mail,
            IsSecurity = true,
            GoesToUnconfirmed = true,
            IsSecret = true,
        };

    public static NotificationKind ConfirmAddress { get; } =
        new(
            "accounts.confirm-address",
            new(
                "Confirm an address",
                "Confirm this address for {{ site }}",
                "Hello {{ name }},\n\nthis address was given for the account {{ username }}. Please confirm that it is yours; the link counts for "
                    + "three days.\n\nIf it was not you, you need do nothing.",
                "Confirm this address"
            ),
            new(
                "Confirmer une adresse",
                "Confirmez cette adresse pour {{ site }}",
                "Bonjour {{ name }},\n\ncette adresse a été donnée pour le compte {{ username }}. Merci de confirmer qu'elle est la vôtre ; le lien "
                    + "vaut trois jours.\n\nSi ce n'était pas vous, il n'y a rien à faire.",
                "Confirmer cette adresse"
            )
        )
        {
            Channels = NotificationChannels.Mail,
            IsSecurity = true,
            GoesToUnconfirmed = true,
            IsSecret = true,
        };

    /// <summary>To the address of before: nothing changes unless its reader agrees.</summary>
    public static NotificationKind LeaveAddress { get; } =
        new(
            "accounts.leave-address",
            new(
                "An address is to change",
                "Your address for {{ site }} is to change",
                "Hello {{ name }},\n\nsomebody who is logged in to your account {{ username }} wants another address for it, or none. It stays as it is "
                    + "until you agree here; the link counts for three days.\n\nIf it was not you, do not agree, and change your password.",
                "Agree to the change"
            ),
            new(
                "Une adresse va changer",
                "Votre adresse pour {{ site }} va changer",
                "Bonjour {{ name }},\n\nquelqu'un qui est connecté à votre compte {{ username }} veut lui donner une autre adresse, ou aucune. Rien ne "
                    + "change tant que vous n'acceptez pas ici ; le lien vaut trois jours.\n\nSi ce n'était pas vous, n'acceptez pas, et changez votre "
                    + "mot de passe.",
                "Accepter le changement"
            )
        )
        {
            Channels = NotificationChannels.Mail,
            IsSecurity = true,
            IsSecret = true,
        };

    public static NotificationKind PasswordReset { get; } =
        new(
            "accounts.password-reset",
            new(
                "A forgotten password",
                "A new password for {{ site }}",
                "Hello {{ name }},\n\nsomebody asked for a new password for your account {{ username }}. Choose one here; the link counts for an hour, "
                    + "once.\n\nIf it was not you, you need do nothing: the password stays as it is.",
                "Choose a password"
            ),
            new(
                "Un mot de passe oublié",
                "Un nouveau mot de passe pour {{ site }}",
                "Bonjour {{ name }},\n\nun nouveau mot de passe a été demandé pour votre compte {{ username }}. Choisissez-le ici ; le lien vaut une "
                    + "heure, une seule fois.\n\nSi ce n'était pas vous, il n'y a rien à faire : le mot de passe reste le même.",
                "Choisir un mot de passe"
            )
        )
        {
            Channels = NotificationChannels.Mail,
            IsSecurity = true,
            IsCritical = true,
            GoesToUnconfirmed = true,
            IsSecret = true,
            WorthFor = TimeSpan.FromHours(1),
        };

    public static NotificationKind PasswordChanged { get; } =
        new(
            "accounts.password-changed",
            new(
                "The password was changed",
                "Your password for {{ site }} was changed",
                "Hello {{ name }},\n\nthe password of your account {{ username }} was changed just now.\n\nIf it was not you, ask for a new password at "
                    + "once, and tell the people who run this server.",
                "Ask for a new password"
            ),
            new(
                "Le mot de passe a changé",
                "Votre mot de passe pour {{ site }} a changé",
                "Bonjour {{ name }},\n\nle mot de passe de votre compte {{ username }} vient de changer.\n\nSi ce n'était pas vous, demandez aussitôt "
                    + "un nouveau mot de passe, et prévenez les responsables de ce serveur.",
                "Demander un nouveau mot de passe"
            )
        )
        {
            Channels = NotificationChannels.App | NotificationChannels.Mail,
            IsSecurity = true,
            IsCritical = true,
            GoesToUnconfirmed = true,
        };

    public static NotificationKind NewDevice { get; } =
        new(
            "accounts.new-device",
            new(
                "A login from a new device",
                "A login to {{ site }} from a new device",
                "Hello {{ name }},\n\nsomebody logged in to your account {{ username }} with a program that was not used before:\n\n{{ device }}\n\nIf it "
                    + "was not you, change your password: that ends every other session.",
                "See my sessions"
            ),
            new(
                "Une connexion d'un nouvel appareil",
                "Une connexion à {{ site }} d'un nouvel appareil",
                "Bonjour {{ name }},\n\nquelqu'un s'est connecté à votre compte {{ username }} avec un programme jamais utilisé "
                    + "auparavant :\n\n{{ device }}\n\nSi ce n'était pas vous, changez votre mot de passe : cela met fin à toutes les autres sessions.",
                "Voir mes sessions"
            )
        )
        {
            Channels = NotificationChannels.App | NotificationChannels.Mail,
            IsSecurity = true,
            Example = new Dictionary<string, string>
            {
                ["device"] = "Mozilla/5.0 (X11; Linux x86_64)",
                ["url"] = "/console/me",
            },
        };

    public static void AddTo(IServiceCollection services)
    {
        foreach (var kind in new[] { Welcome, ConfirmAddress, LeaveAddress, PasswordReset, PasswordChanged, NewDevice })
        {
            services.AddNotificationKind(kind);
        }
    }
}
